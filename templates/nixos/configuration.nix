{ ... }:
{
  # Made by nixos-generate-config:
  # imports = [ ./hardware-configuration.nix ];

  users.users.alice.isNormalUser = true;

  # Built with the system, and swapped in before alice's session starts.
  nhmt.users.alice = ./home.nix;
}
