# The NixOS module: homes that are part of a system.
{
  imports = [
    (import ./system/users.nix "nixos")
    ./system/ephemeral.nix
    ./system/units.nix
  ];
}
