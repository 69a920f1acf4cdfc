# subject -> cases
{ lib }:
let
  kit = import ./kit.nix { inherit lib; };
  cases =
    name:
    import (./. + "/${name}.nix") {
      inherit lib;
      inherit kit;
    };
in
builtins.listToAttrs (
  map
    (name: {
      inherit name;
      value = cases name;
    })
    [
      "priorities"
      "conditions"
      "imports"
      "arguments"
      "declarations"
      "options"
      "submodules"
      "freeform"
      "renames"
      "plain-types"
      "compound-types"
      "type-merging"
      "descriptions"
      "documentation"
      "laziness"
    ]
)
