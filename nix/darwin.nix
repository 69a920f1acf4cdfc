# The nix-darwin module: homes that are part of a system.
{
  imports = [
    (import ./system/users.nix "nix-darwin")
    ./system/applications.nix
    ./system/darwin-activation.nix
  ];
}
