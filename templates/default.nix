# What `nix flake init --template` copies.
let
  start = ''
    1. In `flake.nix` and `home.nix`, put your name in the place of `alice`.
    2. `git add -N .` when this is a git repository: a flake sees only what git tracks.
    3. `nhmt realize --flake . --dry-run` shows what would change, `nhmt realize --flake .` does it.
  '';
in
rec {
  default = minimal;
  minimal = {
    path = ./minimal;
    description = "A home in two files";
    welcomeText = start;
  };
  full = {
    path = ./full;
    description = "A home with packages, shells, git, and state that outlives it";
    welcomeText = start;
  };
  nixos = {
    path = ./nixos;
    description = "A NixOS machine whose users' homes come with the system";
    welcomeText = ''
      1. Copy `hardware-configuration.nix` from `/etc/nixos`, and put your names in the place of `machine` and `alice`.
      2. `git add -N .` when this is a git repository: a flake sees only what git tracks.
      3. `nixos-rebuild switch --flake .#machine`.
    '';
  };
  home-manager = {
    path = ./home-manager;
    description = "From Home Manager to nhmt, with one home.nix for both";
    welcomeText = ''
      1. Put your `home.nix` in the place of this one, and your name in the place of `alice`.
      2. `nhmt realize --flake .#homeConfigurations.alice` realizes it as Home Manager makes it.
      3. `nhmt diff --flake .#alice` shows what is different by nhmt's own modules.
    '';
  };
}
