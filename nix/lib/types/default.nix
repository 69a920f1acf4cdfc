# The types of options.
{ lib }:
let
  core = import ./core.nix { inherit lib; };
  types =
    # What is not internal to these files.
    removeAttrs core [
      "mkComposite"
      "constantMerge"
      "always"
      "nounPhrase"
      "ofPhrase"
      "orPhrase"
      "lastPhrase"
      "elemTypeFunctor"
      "samePayload"
    ]
    // import ./plain.nix {
      inherit lib;
      internals = core;
    }
    // import ./collections.nix {
      inherit lib;
      internals = core;
    }
    // import ./choices.nix {
      inherit lib;
      internals = core;
    }
    // import ./submodule.nix {
      inherit lib;
      internals = core;
    }
    // {
      inherit (lib) types;
    };
in
lib.absent "types" types
