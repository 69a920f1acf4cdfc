# A subset of the nixpkgs library, with its interface and behaviour, for
# configurations that are evaluated without nixpkgs. Names that nixpkgs has
# and this library lacks throw and say so.
let
  lib =
    let
      part = file: import file { inherit lib; };
      trivial = part ./trivial.nix;
      lists = part ./lists.nix;
      shell = part ./shell.nix;
      strings = part ./strings.nix // removeAttrs shell [ "cli" ];
      attrsets = part ./attrsets.nix;
      meta = part ./meta.nix;
      options = part ./options.nix;
      modules = part ./modules;
      versioning = part ./versions.nix;
      generators = absent "generators" (part ./generators.nix).generators;
      absence = import ./absent.nix;
      core = part ./types/core.nix;

      # What nixpkgs offers at the top as well as in its parts.
      top =
        trivial
        // removeAttrs lists [ "hasPrefix" "removePrefix" "findFirstIndex" "commonPrefix" ]
        // removeAttrs strings [
          "replicate" "storeDir" "escapeNixString" "escapeNixIdentifier" "isConvertibleWithToString" "parseInt"
          "sanitizeDerivationName" "normalizePath" "levenshtein" "levenshteinAtMost" "floatToString"
        ]
        // removeAttrs attrsets [ "unionOfDisjoint" ]
        // meta
        // options
        // removeAttrs modules [
          "messages" "simple" "collect" "declare" "evalOption" "evalWith" "prepare" "located" "normalize" "pushDown"
          "strongest" "mergeDefs" "finishDefs" "describe"
        ]
        // versioning
        // {
          inherit (core) mkOptionType isOptionType defaultFunctor defaultTypeMerge;
          inherit generators;
          cli = absent "cli" shell.cli;
          types = part ./types;
          inherit absent;
        };
      absent = group: present: absence.throwers group present // present;
    in
    absent "lib" top
    // {
      trivial = absent "trivial" trivial;
      lists = absent "lists" lists;
      strings = absent "strings" (strings // { inherit (versioning) getName getVersion versionOlder versionAtLeast; inherit (trivial) toJSON fromJSON readFile typeOf isInt isPath; inherit (attrsets) isAttrs; inherit (lists) isList elem elemAt filter head tail genList; });
      attrsets = absent "attrsets" attrsets;
      options = absent "options" options;
      meta = absent "meta" meta;
      modules = absent "modules" modules;
      fixedPoints = { inherit (trivial) fix extends composeExtensions composeManyExtensions; };
      debug = { inherit (trivial) trace traceIf traceVal traceValFn traceSeq traceValSeq; inherit (builtins) addErrorContext unsafeGetAttrPos; };
      asserts = { inherit (trivial) assertMsg assertOneOf; };
    };
in
lib
