# What modules are given.
{ lib, kit }:
let
  inherit (lib) evalModules mkDefault mkForce mkOption types;
  inherit (kit) any case eval fails int ints merge options opt str throws;
in
[
  (case "lib, config, options" (eval [ ({ lib, config, options, ... }: { options.a = int; options.b = opt types.bool; config.a = 1; config.b = options.a.isDefined && config.a == lib.id 1; }) ]).b true)
  (case "_module.args" (eval [ { options.a = int; } ({ seven, ... }: { a = seven; }) { _module.args.seven = 7; } ]).a 7)
  (case "_module.args by name only where asked for" (eval [ { options.a = int; } (args: { a = if args ? seven then 1 else 2; }) { _module.args.seven = 7; } ]).a 2)
  (case "_module.args by config" (eval [ { options.a = int; } ({ config, ... }: { a = config._module.args.seven; }) { _module.args.seven = 7; } ]).a 7)
  (case "_module.args from an option" (eval [ { options.a = int; options.b = int; } ({ seven, ... }: { a = seven; }) ({ config, ... }: { _module.args.seven = config.b + 1; b = 6; }) ]).a 7)
  (case "_module.args by priority" (eval [ { options.a = int; } ({ x, ... }: { a = x; }) { _module.args.x = mkDefault 1; } { _module.args.x = 2; } ]).a 2)
  (throws "_module.args twice" (eval [ { options.a = int; } ({ x, ... }: { a = x; }) { _module.args.x = 1; } { _module.args.x = 2; } ]).a)
  (case "an argument that nobody uses" (eval [ { options.a = int; } ({ config, ... }: { a = 1; }) { _module.args.x = throw "unused"; } ]).a 1)
  (case "special arguments" (evalModules { specialArgs.x = 5; modules = [ ({ x, ... }: { options.a = int; config.a = x; }) ]; }).config.a 5)
  (case "special arguments outrank" (evalModules { specialArgs.x = 5; modules = [ ({ x, ... }: { options.a = int; config.a = x; }) { _module.args.x = 6; } ]; }).config.a 5)
  (case "specialArgs as an argument" (evalModules { specialArgs.x = 5; modules = [ ({ specialArgs, ... }: { options.a = int; config.a = specialArgs.x; }) ]; }).config.a 5)
  (case "_module.specialArgs" (evalModules { specialArgs.x = 5; modules = [ ]; })._module.specialArgs { x = 5; })
  (case "lib can be another" (evalModules { specialArgs.lib = lib // { extra = 3; }; modules = [ ({ lib, ... }: { options.a = int; config.a = lib.extra; }) ]; }).config.a 3)
  (throws "_module.specialArgs is read-only" (evalModules { modules = [ { _module.specialArgs = { y = 1; }; } ]; })._module.specialArgs)
  (case "_prefix" (evalModules { prefix = [ "p" ]; modules = [ ({ _prefix, ... }: { options.a = any; config.a = _prefix; }) ]; }).config.a [ "p" ])
  (case "_module is not in the result's config" ((evalModules { modules = [ ]; }).config ? _module) false)
  (case "_module of the result" (evalModules { modules = [ { _module.args.x = 1; } ]; })._module.args.x 1)
  (case "_module has what evaluations are given" (builtins.attrNames (evalModules { modules = [ ]; })._module) [ "args" "check" "freeformType" "specialArgs" ])
  (case "arguments that are always there" (builtins.attrNames (evalModules { modules = [ ]; })._module.args) [ "extendModules" "moduleType" ])
  (case "_module among the options" (builtins.attrNames (evalModules { modules = [ ]; }).options._module) [ "args" "check" "freeformType" "specialArgs" ])
  (case "_module.check off" (eval [ { options.a = int; config = { a = 1; b = 2; _module.check = false; }; } ]) { a = 1; })
  (case "_module.args can be declared further" ((evalModules { modules = [ { options._module.args = mkOption { internal = true; }; } { _module.args.x = 1; } ]; }).options._module.args.internal) true)
  (case "the old argument args" (evalModules { args.x = 3; modules = [ ({ x, ... }: { options.a = int; config.a = x; }) ]; }).config.a 3)
  (case "the old argument check" (evalModules { check = false; modules = [ { options.a = int; config.a = 1; } { b = 1; } ]; }).config.a 1)
  (case "fixMergeModules" (lib.fixMergeModules [ ({ x, ... }: { options.a = int; config.a = x; }) { b = 1; } ] { x = 2; }).config.a 2)

  (case "a submodule's name" (merge (types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ { x = { }; } ]) { x.n = "x"; })
  (case "a submodule's name in a list" (lib.head (merge (types.listOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ [ { } ] ])).n "[definition 1-entry 1]")
  (case "a submodule's name below an option" (merge (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; })) [ { } ]).n "it")
  (case "a submodule's name can be forced" (merge (types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ { x._module.args.name = mkForce "y"; } ]).x.n "y")
  (throws "a submodule's name is not set twice" (merge (types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ { x._module.args.name = "y"; } ]).x.n)
  (case "a submodule has arguments of its own" (merge (types.submodule { options.a = int; imports = [ ({ x, ... }: { a = x; }) ]; config._module.args.x = 4; }) [ { } ]).a 4)
  (case "a submodule's special arguments" (merge (types.submoduleWith { specialArgs.x = 5; modules = [ ({ x, ... }: { options.a = mkOption { default = x; }; }) ]; }) [ { } ]).a 5)
  (case "a submodule's config is its own" (merge (types.submodule ({ config, ... }: { options = { a = mkOption { default = 1; }; b = mkOption { default = config.a + 1; }; }; })) [ { a = 5; } ]).b 6)
  (case "a submodule's options are its own" (merge (types.submodule ({ options, ... }: { options.a = mkOption { default = builtins.attrNames options; }; })) [ { } ]).a [ "_module" "a" ])
  (case "a submodule's prefix" (merge (types.submodule ({ _prefix, ... }: { options.a = mkOption { default = _prefix; }; })) [ { } ]).a [ "it" ])
]
