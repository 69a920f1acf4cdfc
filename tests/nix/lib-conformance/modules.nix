# The module system.
{ lib }:
let
  inherit (lib)
    evalModules mkAfter mkBefore mkDefault mkForce mkIf mkMerge mkOption mkOptionDefault mkOrder mkOverride types
    ;
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };

  eval = modules: (evalModules { inherit modules; }).config;
  int = mkOption { type = types.int; };
  ints = mkOption {
    type = types.listOf types.int;
    default = [ ];
  };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
  # The value of one option of the given type with these definitions.
  merge =
    option: definitions:
    (eval ([ { options.it = option; } ] ++ map (it: { config = { inherit it; }; }) definitions)).it;
in
[
  (case "plain" (merge int [ 1 ]) 1)
  (case "default" (merge (mkOption { type = types.int; default = 7; }) [ ]) 7)
  (case "definition beats default" (merge (mkOption { type = types.int; default = 7; }) [ 8 ]) 8)
  (throws "no value" (merge int [ ]))
  (throws "conflict" (merge int [ 1 2 ]))
  (case "equal definitions" (merge int [ 1 1 ]) 1)
  (throws "wrong type" (merge int [ "1" ]))
  (throws "wrong type of a default" (merge (mkOption { type = types.int; default = "7"; }) [ ]))
  (case "mkIf" (merge ints [ (mkIf true [ 1 ]) (mkIf false [ 2 ]) ]) [ 1 ])
  (throws "mkIf needs a boolean" (merge ints [ (mkIf "yes" [ 1 ]) ]))
  (case "mkIf nested" (merge ints [ (mkIf true (mkIf false [ 2 ])) ]) [ ])
  (case "mkMerge" (merge ints [ (mkMerge [ [ 1 ] (mkIf true [ 2 ]) ]) ]) [ 1 2 ])
  (case "later modules come first" (merge ints [ [ 1 ] [ 2 ] ]) [ 2 1 ])
  (case "mkForce" (merge int [ 1 (mkForce 2) ]) 2)
  (case "mkDefault" (merge int [ 1 (mkDefault 2) ]) 1)
  (case "mkOverride" (merge int [ (mkOverride 60 1) (mkForce 2) (mkOverride 10 3) ]) 3)
  (case "mkVMOverride" (merge int [ (mkForce 1) (lib.mkVMOverride 2) ]) 2)
  (case "mkOptionDefault joins the default" (merge (mkOption { type = types.listOf types.int; default = [ 1 ]; }) [ (mkOptionDefault [ 2 ]) ]) [ 1 2 ])
  (case "override of the whole list" (merge ints [ [ 1 ] (mkForce [ 2 ]) (mkForce [ 3 ]) ]) [ 3 2 ])
  (case "mkBefore and mkAfter" (merge ints [ (mkAfter [ 4 ]) [ 2 ] (mkBefore [ 1 ]) (mkOrder 1200 [ 3 ]) ]) [ 1 2 3 4 ])
  (case "order of lines" (merge lines [ (mkAfter "z") (mkBefore "a") "m" ]) "a\nm\nz")
  (case "force and order" (merge ints [ [ 9 ] (mkForce (mkAfter [ 2 ])) (mkForce [ 1 ]) ]) [ 1 2 ])
  (case "apply" (merge (mkOption { type = types.int; apply = x: x + 1; }) [ 1 ]) 2)
  (case "apply on a default" (merge (mkOption { type = types.int; default = 5; apply = x: x + 1; }) [ ]) 6)
  (case "readOnly once" (merge (mkOption { type = types.int; readOnly = true; }) [ 1 ]) 1)
  (throws "readOnly twice" (merge (mkOption { type = types.int; readOnly = true; }) [ 1 1 ]))
  (throws "readOnly with default" (merge (mkOption { type = types.int; readOnly = true; default = 1; }) [ 1 ]))
  (case "no type" (merge (mkOption { }) [ 1 ]) 1)

  (throws "unknown option" (eval [ { options.a = int; } { a = 1; b = 2; } ]))
  (throws "unknown option below a set" (eval [ { options.a.b = int; } { a.b = 1; a.c = 2; } ]))
  (case "check off" (eval [ { options.a = int; config._module.check = false; } { a = 1; b = 2; } ]) { a = 1; })
  (case "freeform" (eval [ { freeformType = types.attrsOf types.int; options.a = int; } { config = { a = 1; b = 2; }; } ]) { a = 1; b = 2; })
  (throws "freeform checks types" (eval [ { freeformType = types.attrsOf types.int; } { b = "x"; } ]))
  (case "freeform below" (eval [ { freeformType = types.attrsOf types.anything; options.a.b = int; } { config = { a.b = 1; a.c = 2; }; } ]) { a = { b = 1; c = 2; }; })

  (case "conditions reach below a set" (eval [ { options.a.b = int; options.on = mkOption { type = types.bool; }; } ({ config, ... }: { a = mkIf config.on { b = 3; }; on = true; }) ]).a { b = 3; })
  (case "whole config under mkIf" (eval [ ({ config, ... }: { options.on = mkOption { type = types.bool; default = true; }; options.x = int; config = mkIf config.on { x = 1; }; }) ]).x 1)
  (case "mkForce over a set" (eval [ { options.a.b = int; } { a = mkForce { b = 2; }; } { a.b = 1; } ]).a.b 2)
  (case "mkMerge of a config" (eval [ { options = { x = int; y = int; }; config = mkMerge [ { x = 1; } { y = 2; } ]; } ]) { x = 1; y = 2; })
  (case "imports" (eval [ { imports = [ { options.a = int; } ({ lib, ... }: { a = lib.id 4; }) ]; } ]) { a = 4; })
  (case "dedup by key" (eval [ { options.l = ints; imports = [ { key = "k"; l = [ 1 ]; } { imports = [ { key = "k"; l = [ 1 ]; } ]; } ]; } ]) { l = [ 1 ]; })
  (case "disabled by key" (eval [ { options.l = ints; disabledModules = [ { key = "k"; } ]; imports = [ { key = "k"; l = [ 1 ]; } ]; } ]) { l = [ ]; })
  (case "disabled by path" (eval [ { options.l = ints; disabledModules = [ ./module-l.nix ]; imports = [ ./module-l.nix ]; } ]) { l = [ ]; })
  (case "disabled by string" (evalModules { specialArgs.modulesPath = toString ./.; modules = [ { options.l = ints; disabledModules = [ "module-l.nix" ]; imports = [ ./module-l.nix ]; } ]; }).config { l = [ ]; })
  (case "imported by path once" (eval [ { options.l = ints; } ./module-l.nix { imports = [ ./module-l.nix ]; } ]) { l = [ 1 ]; })
  (throws "config beside stray settings" (eval [ { options.a = int; a = 1; } ]))
  (throws "a list as module" (eval [ [ { } ] ]))
  (case "specialArgs in imports" (evalModules { specialArgs.extra = [ { options.a = int; config.a = 9; } ]; modules = [ ({ extra, ... }: { imports = extra; }) ]; }).config { a = 9; })
  (case "_module.args" (eval [ { options.a = int; } ({ seven, ... }: { a = seven; }) { _module.args.seven = 7; } ]) { a = 7; })
  (case "class" (evalModules { class = "c"; modules = [ { _class = "c"; } ]; }).config { })
  (throws "wrong class" (evalModules { class = "c"; modules = [ { _class = "d"; } ]; }).config)
  (case "extendModules" ((evalModules { modules = [ { options.l = ints; config.l = [ 1 ]; } ]; }).extendModules { modules = [ { l = [ 2 ]; } ]; }).config { l = [ 2 1 ]; })
  (case "lazy values" (builtins.attrNames (eval [ { options.a = int; options.b = int; } { a = throw "not needed"; } ])) [ "a" "b" ])
  (throws "declared twice" (eval [ { options.a = int; } { options.a = mkOption { type = types.str; }; } { a = 1; } ]).a)
  (throws "two defaults" (eval [ { options.a = mkOption { default = 1; }; } { options.a = mkOption { default = 1; }; } ]).a)
  (case "declared twice the same" (eval [ { options.a = int; } { options.a = int; } { a = 1; } ]).a 1)
  (case "submodule declared twice" (eval [
    { options.s = mkOption { type = types.submodule { options.a = int; }; }; }
    { options.s = mkOption { type = types.submodule { options.b = int; }; }; }
    { s = { a = 1; b = 2; }; }
  ]).s { a = 1; b = 2; })
  (throws "an option and a set" (eval [ { options.a = int; } { options.a.b = int; } ]).a)
  (throws "a declaration without mkOption" (eval [ { options.a = types.int; } { a = 1; } ]).a)

  (case "option attributes" (
    let
      o = (evalModules { modules = [ { _file = "/f.nix"; options.a = int; } { _file = "/g.nix"; config.a = mkForce 1; } ]; }).options.a;
    in
    { inherit (o) value files definitions isDefined highestPrio declarations loc; located = map (d: { inherit (d) file value; }) o.definitionsWithLocations; }
  ) { value = 1; files = [ "/g.nix" ]; definitions = [ 1 ]; isDefined = true; highestPrio = 50; declarations = [ "/f.nix" ]; loc = [ "a" ]; located = [ { file = "/g.nix"; value = 1; } ]; })
  (case "isDefined" (evalModules { modules = [ { options.a = int; } ]; }).options.a.isDefined false)
  (case "alias" (eval [ { options.new = int; } (lib.mkAliasOptionModule [ "old" ] [ "new" ]) { old = 3; } ]) { new = 3; old = 3; })
  (case "renamed keeps priority" (eval [ { options.new = int; options.warnings = mkOption { type = types.listOf types.str; default = [ ]; }; } (lib.mkRenamedOptionModule [ "old" ] [ "new" ]) { old = mkForce 3; new = 4; } ]).new 3)
  (case "renamed warns" (builtins.length (eval [ { options.new = int; options.warnings = mkOption { type = types.listOf types.str; default = [ ]; }; } (lib.mkRenamedOptionModule [ "old" ] [ "new" ]) { old = 3; } ]).warnings) 1)
  (case "removed asserts" (map (a: a.assertion) (eval [ { options.assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; }; } (lib.mkRemovedOptionModule [ "old" ] "Use another.") { old = 3; } ]).assertions) [ false ])
  (throws "removed cannot be read" (eval [ { options.assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; }; } (lib.mkRemovedOptionModule [ "old" ] "Use another.") { old = 3; } ]).old)
  (case "mkEnableOption" (eval [ { options.on = lib.mkEnableOption "it"; } ]) { on = false; })
  (case "mkPackageOption" (eval [ { options.p = lib.mkPackageOption { a = { type = "derivation"; name = "a"; }; } "a" { }; } ]).p.name "a")
  (case "mkPackageOption nullable" (eval [ { options.p = lib.mkPackageOption { } "a" { nullable = true; default = null; }; } ]).p null)
]
