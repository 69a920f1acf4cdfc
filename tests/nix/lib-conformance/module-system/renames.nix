# Modules that keep old names working.
{ lib, kit }:
let
  inherit (lib) mkDefault mkForce mkIf mkOption types;
  inherit (kit) case eval fails int ints opt options str throws withDefault;
  notes = {
    options = {
      warnings = withDefault (types.listOf types.str) [ ];
      assertions = withDefault (types.listOf types.unspecified) [ ];
    };
  };
  run = modules: eval ([ notes ] ++ modules);
  rename = lib.mkRenamedOptionModule [ "old" ] [ "new" ];
  with' = module: settings: run ([ { options.new = int; } module ] ++ settings);
in
[
  (case "renamed" (with' rename [ { old = 1; } ]).new 1)
  (case "renamed, read by the old name" (with' rename [ { new = 1; } ]).old 1)
  (case "renamed, warns" (let w = (with' rename [ { _file = "/u.nix"; old = 1; } ]).warnings; in map (s: [ (lib.hasInfix "`old'" s) (lib.hasInfix "`new'" s) (lib.hasInfix "/u.nix" s) ]) w) [ [ true true true ] ])
  (case "renamed, unused" (with' rename [ { new = 1; } ]).warnings [ ])
  (case "renamed, priority" (with' rename [ { old = mkForce 1; } { new = 2; } ]).new 1)
  (case "renamed, weak priority" (with' rename [ { old = mkDefault 1; } { new = 2; } ]).new 2)
  (throws "renamed, both" (with' rename [ { old = 1; } { new = 2; } ]).new)
  (case "renamed, false condition" (with' rename [ { old = mkIf false 1; } { new = 2; } ]).new 2)
  (case "renamed, default of the new" (run [ { options.new = withDefault types.int 7; } rename ]).old 7)
  (case "renamed, lists merge" (run [ { options.new = ints; } rename { old = [ 1 ]; } { old = [ 2 ]; } { new = [ 3 ]; } ]).new [ 3 2 1 ])
  (case "renamed, deeper" (run [ { options.a.b.new = int; } (lib.mkRenamedOptionModule [ "x" "old" ] [ "a" "b" "new" ]) { x.old = 1; } ]).a.b.new 1)
  (case "renamed, into a submodule" (run [ { options.a = opt (types.submodule { options.new = int; }); } (lib.mkRenamedOptionModule [ "old" ] [ "a" "new" ]) { old = 1; } ]).a.new 1)
  (case "renamed, sets" (run [ { options.new = opt (types.attrsOf types.int); } rename { old.x = 1; } { new.y = 2; } ]).new { x = 1; y = 2; })
  (case "renamed, has the type" (options [ notes { options.new = int; } rename ]).old.type.name "int")
  (case "renamed, checks the type" (fails (with' rename [ { old = "x"; } ]).new) true)
  (case "renamed, hidden" (options [ notes { options.new = int; } rename ]).old.visible false)
  (case "renamed, described" (options [ notes { options.new = int; } rename ]).old.description "Alias of {option}`new`.")
  (case "renamed, without warnings to be seen" (eval [ { options.new = int; } rename { old = 1; } ]).new 1)
  (case "mkRenamedOptionModuleWith" (with' (lib.mkRenamedOptionModuleWith { from = [ "old" ]; to = [ "new" ]; sinceRelease = 2105; }) [ { old = 1; } ]).new 1)
  (case "mkRenamedOptionModuleWith warns of old ones" (builtins.length (with' (lib.mkRenamedOptionModuleWith { from = [ "old" ]; to = [ "new" ]; sinceRelease = 2105; }) [ { old = 1; } ]).warnings) 1)
  (case "alias" (with' (lib.mkAliasOptionModule [ "old" ] [ "new" ]) [ { old = 1; } ]).new 1)
  (case "alias, both ways" (let c = with' (lib.mkAliasOptionModule [ "old" ] [ "new" ]) [ { new = 1; } ]; in [ c.old c.new ]) [ 1 1 ])
  (case "alias, silent" (with' (lib.mkAliasOptionModule [ "old" ] [ "new" ]) [ { old = 1; } ]).warnings [ ])
  (case "alias, visible" (options [ notes { options.new = int; } (lib.mkAliasOptionModule [ "old" ] [ "new" ]) ]).old.visible true)
  (case "alias, old name of the function" (with' (lib.mkAliasOptionModuleMD [ "old" ] [ "new" ]) [ { old = 1; } ]).new 1)
  (case "doRename without priority" (with' (lib.doRename { from = [ "old" ]; to = [ "new" ]; visible = true; warn = false; use = lib.id; withPriority = false; }) [ { old = mkForce 1; } ]).new 1)
  (throws "doRename without priority conflicts" (with' (lib.doRename { from = [ "old" ]; to = [ "new" ]; visible = true; warn = false; use = lib.id; withPriority = false; }) [ { old = mkForce 1; } { new = 2; } ]).new)
  (case "doRename under a condition" (with' (lib.doRename { from = [ "old" ]; to = [ "new" ]; visible = true; warn = false; use = lib.id; condition = false; }) [ { old = 1; } { new = 2; } ]).new 2)
  (throws "alias of an option with two types" (builtins.attrNames (eval [ { options.new = int; } { options.new = str; } (lib.mkAliasOptionModule [ "old" ] [ "new" ]) ])))
  (case "doRename uses" (with' (lib.doRename { from = [ "old" ]; to = [ "new" ]; visible = true; warn = false; use = x: x + 1; }) [ { new = 2; } ]).old 3)
  (case "removed, unset" (map (a: a.assertion) (run [ (lib.mkRemovedOptionModule [ "old" ] "Use new.") ]).assertions) [ true ])
  (case "removed, set" (map (a: [ a.assertion (lib.hasInfix "`old'" a.message) (lib.hasInfix "/u.nix" a.message) (lib.hasInfix "Use new." a.message) ]) (run [ (lib.mkRemovedOptionModule [ "old" ] "Use new.") { _file = "/u.nix"; old = 1; } ]).assertions) [ [ false true true true ] ])
  (throws "removed, read" (run [ (lib.mkRemovedOptionModule [ "old" ] "Use new.") { old = 1; } ]).old)
  (case "merged" (run [ { options.new = int; } (lib.mkMergedOptionModule [ [ "a" ] [ "b" ] ] [ "new" ] (c: (if c.a == "_mkMergedOptionModule" then 0 else c.a) + (if c.b == "_mkMergedOptionModule" then 0 else c.b))) { a = 1; } { b = 2; } ]).new 3)
  (case "merged, one of them" (run [ { options.new = int; } (lib.mkMergedOptionModule [ [ "a" ] [ "b" ] ] [ "new" ] (c: c.a)) { a = 1; } ]).new 1)
  (case "merged, unused" (run [ { options.new = withDefault types.int 5; } (lib.mkMergedOptionModule [ [ "a" ] [ "b" ] ] [ "new" ] (c: c.a)) ]).new 5)
  (case "merged, warns" (builtins.length (run [ { options.new = int; } (lib.mkMergedOptionModule [ [ "a" ] [ "b" ] ] [ "new" ] (c: c.a)) { a = 1; } ]).warnings) 1)
  (case "merged, nested names" (run [ { options.new = int; } (lib.mkMergedOptionModule [ [ "x" "a" ] [ "x" "b" ] ] [ "new" ] (c: c.x.a)) { x.a = 1; } ]).new 1)
  (case "changed" (run [ { options.new = str; } (lib.mkChangedOptionModule [ "old" ] [ "new" ] (c: if c.old > 100 then "high" else "low")) { old = 200; } ]).new "high")
  (case "changed, unused" (run [ { options.new = withDefault types.str "d"; } (lib.mkChangedOptionModule [ "old" ] [ "new" ] (c: "x")) ]).new "d")
  (case "mkAliasDefinitions" (eval [ { options = { a = int; b = withDefault types.int 0; }; } ({ options, ... }: { b = lib.mkAliasDefinitions options.a; }) { a = 3; } ]).b 3)
  (case "mkAliasDefinitions of nothing" (eval [ { options = { a = int; b = withDefault types.int 0; }; } ({ options, ... }: { b = lib.mkAliasDefinitions options.a; }) ]).b 0)
  (case "mkAliasAndWrapDefinitions" (eval [ { options = { a = int; b = opt (types.attrsOf types.int); }; } ({ options, ... }: { b = lib.mkAliasAndWrapDefinitions (x: { inherit x; }) options.a; }) { a = 3; } ]).b { x = 3; })
  (case "mkAliasAndWrapDefsWithPriority" (eval [ { options = { a = int; b = int; }; } ({ options, ... }: { b = lib.modules.mkAliasAndWrapDefsWithPriority lib.id options.a; }) { a = mkForce 3; b = 4; } ]).b 3)
  (case "mkDerivedConfig" (eval [ { options = { a = int; b = int; }; } ({ options, ... }: { b = lib.mkDerivedConfig options.a (x: x + 1); }) { a = mkForce 3; b = 9; } ]).b 4)
  (case "mkAliasIfDef" (eval [ { options = { a = int; b = withDefault types.int 0; }; } ({ options, ... }: { b = lib.modules.mkAliasIfDef options.a 5; }) ]).b 0)
]
