# Pure helpers of the nhmt modules; they work with either library.
{
  lib,
  # Where the copies in the store were made from; see live.nix.
  liveRoots ? [ ],
}:
{
  encode = import ./encode.nix { inherit lib; };
  sources = import ./sources.nix { inherit lib; };
  targets = import ./targets.nix { inherit lib; };
  shell = import ./shell.nix { inherit lib; };
  template = import ./template.nix { inherit lib; };
  nushell = import ./nushell.nix { inherit lib; };
  fish = import ./fish.nix { inherit lib; };
  zsh = import ./zsh.nix { inherit lib; };
  locations = import ./locations.nix { inherit lib; };
  hooks = import ./hooks.nix { inherit lib; };
  live = import ./live.nix {
    inherit lib;
    roots = liveRoots;
  };
}
