# The types of options.
{ lib }:
let
  types = import ./core.nix { inherit lib; } // import ./collections.nix { inherit lib; } // import ./submodule.nix { inherit lib; };
in
lib.absent "types" types
