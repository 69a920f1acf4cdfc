# Settings that no option declares, and the type they have.
{ lib, kit }:
let
  inherit (lib) evalModules mkDefault mkForce mkIf mkMerge mkOption types;
  inherit (kit) any case eval fails int ints merge opt str throws withDefault;
  free = type: { freeformType = types.attrsOf type; };
  sub = types.submodule;
in
[
  (case "beside options" (eval [ (free types.int // { options.a = str; }) { a = "x"; b = 1; } ]) { a = "x"; b = 1; })
  (case "only" (eval [ (free types.int) { b = 1; } ]) { b = 1; })
  (case "nothing" (eval [ (free types.int) ]) { })
  (throws "of the wrong type" (eval [ (free types.int) { b = "x"; } ]).b)
  (case "merges" (eval [ (free (types.listOf types.int)) { b = [ 1 ]; } { b = [ 2 ]; } ]) { b = [ 2 1 ]; })
  (throws "conflicts" (eval [ (free types.int) { b = 1; } { b = 2; } ]).b)
  (case "priorities" (eval [ (free types.int) { b = mkForce 1; } { b = 2; } ]) { b = 1; })
  (case "conditions" (eval [ (free types.int) { b = mkIf false 1; c = mkIf true 2; } ]) { c = 2; })
  (case "conditions over all" (eval [ (free types.int) { config = mkIf true { b = 1; }; } { config = mkIf false { c = 1; }; } ]) { b = 1; })
  (case "below a set of options" (eval [ (free types.anything // { options.a.b = int; }) { a = { b = 1; c = 2; }; } ]) { a = { b = 1; c = 2; }; })
  (case "deep below sets of options" (eval [ (free types.anything // { options.a.b.c = int; }) { a.b.x = 1; a.y = 2; a.b.c = 3; } ]) { a = { b = { x = 1; c = 3; }; y = 2; }; })
  (case "by anything" (eval [ { freeformType = types.anything; } { a.b = 1; } { a.c = 2; } ]) { a = { b = 1; c = 2; }; })
  (case "by attrs" (eval [ { freeformType = types.attrs; } { a.b = 1; } { c = 2; } ]) { a.b = 1; c = 2; })
  (case "lazily" (builtins.attrNames (eval [ { freeformType = types.lazyAttrsOf types.int; } { a = throw "x"; b = 1; } ])) [ "a" "b" ])
  (case "lazily, one from another" (eval [ { freeformType = types.lazyAttrsOf types.int; } ({ config, ... }: { a = config.b + 1; b = 1; }) ]) { a = 2; b = 1; })
  (case "options from freeform settings" (eval [ { freeformType = types.lazyAttrsOf types.int; options.o = int; } ({ config, ... }: { o = config.f; f = 3; }) ]) { o = 3; f = 3; })
  (case "set by _module" (eval [ { _module.freeformType = types.attrsOf types.int; } { a = 1; } ]) { a = 1; })
  (case "set in an import" (eval [ { imports = [ (free types.int) ]; } { a = 1; } ]) { a = 1; })
  (case "set beside config" (eval [ { freeformType = types.attrsOf types.int; config.a = 1; } ]) { a = 1; })
  (throws "set to what is no type" (eval [ { freeformType = 5; } { a = 1; } ]))
  (case "set twice, merged" (eval [ { freeformType = types.attrsOf (types.enum [ 1 ]); } { freeformType = types.attrsOf (types.enum [ 2 ]); } { a = 1; b = 2; } ]) { a = 1; b = 2; })
  (throws "set twice, not the same" (eval [ { freeformType = types.attrsOf types.int; } { freeformType = types.attrsOf types.str; } { a = 1; } ]))
  (case "null refuses" (fails (eval [ { _module.freeformType = null; options.a = withDefault types.int 1; } { b = 1; } ])) true)
  (case "types of freeform settings" (evalModules { modules = [ (free types.int) ]; })._module.freeformType.name "attrsOf")
  (case "in a submodule" (merge (sub (free types.int // { options.a = str; })) [ { a = "x"; b = 1; } { c = 2; } ]) { a = "x"; b = 1; c = 2; })
  (case "in a submodule with a function" (merge (sub ({ ... }: free types.int // { options.a = withDefault types.str "d"; })) [ { b = 1; } ]) { a = "d"; b = 1; })
  (case "in attrsOf submodules" (merge (types.attrsOf (sub (free types.int))) [ { x.b = 1; y = { }; } ]) { x.b = 1; y = { }; })
  (case "in a submodule of a submodule" (merge (sub { options.s = opt (sub (free types.int)); }) [ { s.q = 1; } ]) { s.q = 1; })
  (case "of submodules" (eval [ { freeformType = types.attrsOf (sub { options.a = withDefault types.int 1; }); } { x = { }; y.a = 2; } ]) { x.a = 1; y.a = 2; })
  (case "an option's default stays" (eval [ (free types.int // { options.a = withDefault types.int 5; }) { b = 1; } ]) { a = 5; b = 1; })
  (case "an undefined option stays undefined" (fails (eval [ (free types.int // { options.a = int; }) { b = 1; } ]).a) true)
  (case "settings formats" (merge (sub { freeformType = types.json; options.port = withDefault types.port 80; }) [ { a.b = [ 1 "x" null ]; } ]) { a.b = [ 1 "x" null ]; port = 80; })
  (case "_freeformOptions in documentation" (((sub { freeformType = types.attrsOf (sub { options.x = int; }); }).getSubOptions [ "p" ])._freeformOptions.x.loc) [ "p" "<name>" "x" ])
  (case "nestedTypes" ((sub (free types.int)).nestedTypes.freeformType.name) "attrsOf")
  (case "checks off and freeform" (eval [ (free types.int) { _module.check = false; b = 1; } ]) { b = 1; })
]
