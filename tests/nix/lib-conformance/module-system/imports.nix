# Which modules there are: imports, keys, classes, what disables a module.
{ lib, kit }:
let
  inherit (lib) evalModules mkForce mkIf mkMerge mkOption types;
  inherit (kit) case eval fails int ints options throws;
  l = x: { options.l = ints; config.l = [ x ]; };
  keyed = key: x: { inherit key; l = [ x ]; };
  at = list: (eval ([ { options.l = ints; } ] ++ list)).l;
  here = toString ../.;
in
[
  (case "a module without config is its settings" (eval [ { options.a = int; } { a = 1; } ]).a 1)
  (case "a module with config" (eval [ { options.a = int; config.a = 1; } ]).a 1)
  (case "a function" (eval [ ({ lib, ... }: { options.a = lib.mkOption { }; config.a = 1; }) ]).a 1)
  (case "a functor" (eval [ { options.a = int; } { __functor = _: { ... }: { a = 1; }; } ]).a 1)
  (case "a path" (at [ ../module-l.nix ]) [ 1 ])
  (case "a path as a string" (at [ "${here}/module-l.nix" ]) [ 1 ])
  (throws "a setting beside config" (eval [ { options.a = int; config = { }; a = 1; } ]))
  (throws "a setting beside options" (eval [ { options.a = int; a = 1; } ]))
  (throws "a list" (eval [ [ { } ] ]))
  (throws "a value of another type" (eval [ (lib.mkOption { }) ]))
  (throws "a configuration" (eval [ (evalModules { modules = [ ]; }) ]))
  (throws "mkMerge as a module" (eval [ { options.a = int; } (mkMerge [ { a = 1; } ]) ]))
  (case "mkIf as a module" (eval [ { options.a = int; } (mkIf true { a = 1; }) ]).a 1)
  (case "mkForce as a module" (eval [ { options.a = int; } (mkForce { a = 1; }) { a = 2; } ]).a 1)
  (case "require in a plain module" (at [ { require = [ { l = [ 1 ]; } ]; } ]) [ 1 ])
  (throws "require beside config" (at [ { require = [ { l = [ 1 ]; } ]; config = { }; } ]))
  (case "meta beside config" (eval [ { options.meta.x = int; config = { }; meta.x = 1; } ]).meta.x 1)
  (case "meta in a plain module" (eval [ { options.meta.x = int; } { meta.x = 1; } ]).meta.x 1)

  (case "later modules come first" (at [ { l = [ 1 ]; } { l = [ 2 ]; } { l = [ 3 ]; } ]) [ 3 2 1 ])
  (case "imports come before who imports" (at [ { imports = [ { l = [ 1 ]; } { l = [ 2 ]; } ]; l = [ 3 ]; } ]) [ 2 1 3 ])
  (case "breadth first" (at [ { imports = [ { imports = [ { l = [ 1 ]; } ]; l = [ 2 ]; } ]; l = [ 3 ]; } { imports = [ { l = [ 4 ]; } ]; l = [ 5 ]; } ]) [ 1 4 2 5 3 ])
  (case "the same path twice is one module" (at [ ../module-l.nix { imports = [ ../module-l.nix ]; } ]) [ 1 ])
  (case "the same set twice is two modules" (let m = { l = [ 1 ]; }; in at [ m m ]) [ 1 1 ])
  (case "the same key is one module" (at [ (keyed "k" 1) (keyed "k" 2) ]) [ 1 ])
  (case "other keys are other modules" (at [ (keyed "k" 1) (keyed "m" 2) ]) [ 2 1 ])
  (case "an import's key" (at [ (keyed "k" 1) { imports = [ (keyed "k" 1) (keyed "m" 2) ]; } ]) [ 2 1 ])
  (case "imports from a function" (at [ ({ lib, ... }: { imports = lib.optional true { l = [ 1 ]; }; }) ]) [ 1 ])
  (case "imports from special arguments" (evalModules { specialArgs.more = [ { l = [ 4 ]; } ]; modules = [ { options.l = ints; } ({ more, ... }: { imports = more; }) ]; }).config.l [ 4 ])
  (case "setDefaultModuleLocation" (options [ { options.a = int; } (lib.setDefaultModuleLocation "/x.nix" { a = 1; }) ]).a.files [ "/x.nix" ])
  (case "_file outranks it" (options [ { options.a = int; } (lib.setDefaultModuleLocation "/x.nix" { _file = "/y.nix"; a = 1; }) ]).a.files [ "/y.nix" ])
  (case "an import has its parent's file" (options [ { options.a = int; } { _file = "/x.nix"; imports = [ { a = 1; } ]; } ]).a.files [ "/x.nix" ])
  (case "a path is its own file" (map toString (options [ { options.l = ints; } { _file = "/x.nix"; imports = [ ../module-l.nix ]; } ]).l.files) [ "${here}/module-l.nix" ])
  (case "importApply" (let m = lib.modules.importApply ./applied.nix 7; in [ (toString m._file) (eval [ { options.a = int; } m ]).a ]) [ (toString ./applied.nix) 7 ])
  (case "importJSON" (let m = lib.modules.importJSON ./settings.json; in [ (toString m._file) (eval [ { options.a = int; } m ]).a ]) [ (toString ./settings.json) 3 ])
  (case "importTOML" (eval [ { options.a = int; } (lib.modules.importTOML ./settings.toml) ]).a 4)

  (case "disabled by path" (at [ ../module-l.nix { disabledModules = [ ../module-l.nix ]; } ]) [ ])
  (case "disabled by absolute string" (at [ ../module-l.nix { disabledModules = [ "${here}/module-l.nix" ]; } ]) [ ])
  (case "disabled by string below modulesPath" (evalModules { specialArgs.modulesPath = ../.; modules = [ { options.l = ints; } ../module-l.nix { disabledModules = [ "module-l.nix" ]; } ]; }).config.l [ ])
  (case "disabled by key" (at [ (keyed "k" 1) { disabledModules = [ { key = "k"; } ]; } ]) [ ])
  (case "disabled by the module itself" (let m = keyed "k" 1; in at [ m { disabledModules = [ m ]; } ]) [ ])
  (case "disabled with what it imports" (at [ { key = "k"; imports = [ { l = [ 1 ]; } ]; l = [ 2 ]; } { disabledModules = [ { key = "k"; } ]; } ]) [ ])
  (case "disabled from an import" (at [ (keyed "k" 1) { imports = [ { imports = [ { disabledModules = [ { key = "k"; } ]; } ]; } ]; } ]) [ ])
  (case "a disabled module still disables" (at [ (keyed "k" 1) { key = "m"; disabledModules = [ { key = "k"; } ]; } { disabledModules = [ { key = "m"; } ]; } ]) [ ])
  (case "disabled replaced" (at [ ../module-l.nix { disabledModules = [ ../module-l.nix ]; imports = [ { l = [ 9 ]; } ]; } ]) [ 9 ])
  (throws "disabled by a set without key" (at [ (keyed "k" 1) { disabledModules = [ { l = [ 1 ]; } ]; } ]))
  (throws "disabled by a function" (at [ { disabledModules = [ (_: { }) ]; } ]))

  (case "a module of the class" (evalModules { class = "c"; modules = [ { _class = "c"; options.a = int; config.a = 1; } ]; }).config.a 1)
  (case "a module of no class" (evalModules { class = "c"; modules = [ { options.a = int; config.a = 1; } ]; }).config.a 1)
  (case "any class where none is asked for" (evalModules { modules = [ { _class = "d"; options.a = int; config.a = 1; } ]; }).config.a 1)
  (throws "a module of another class" (evalModules { class = "c"; modules = [ { _class = "d"; } ]; }).config)
  (throws "an import of another class" (evalModules { class = "c"; modules = [ { imports = [ { _class = "d"; } ]; } ]; }).config)
  (case "the class of an evaluation" [ (evalModules { class = "c"; modules = [ ]; }).class (evalModules { modules = [ ]; }).class ] [ "c" null ])
  (case "the class as an argument" (evalModules { class = "c"; modules = [ ({ _class, ... }: { options.a = kit.str; config.a = _class; }) ]; }).config.a "c")
  (throws "a submodule's class" (kit.merge (types.submoduleWith { class = "c"; modules = [ ]; }) [ ({ ... }: { _class = "d"; }) ]))

  (case "extendModules adds" ((evalModules { modules = [ (l 1) ]; }).extendModules { modules = [ { l = [ 2 ]; } ]; }).config.l [ 2 1 ])
  (case "extendModules again" (((evalModules { modules = [ (l 1) ]; }).extendModules { modules = [ { l = [ 2 ]; } ]; }).extendModules { modules = [ { l = [ 3 ]; } ]; }).config.l [ 3 2 1 ])
  (case "extendModules with special arguments" ((evalModules { modules = [ ({ x ? 0, ... }@args: { options.a = int; config.a = args.specialArgs.x or 5; }) ]; specialArgs = { x = 1; }; }).extendModules { specialArgs.x = 2; }).config.a 2)
  (case "extendModules leaves what it extends" (let e = evalModules { modules = [ (l 1) ]; }; in [ (e.extendModules { modules = [ { l = [ 2 ]; } ]; }).config.l e.config.l ]) [ [ 2 1 ] [ 1 ] ])
  (case "extendModules as an argument" (eval [ (l 1) ({ extendModules, ... }: { options.other = ints; config.other = (extendModules { modules = [ { l = mkForce [ 7 ]; } ]; }).config.l; }) ]).other [ 7 ])
  (case "extendModules keeps the prefix" ((evalModules { prefix = [ "p" ]; modules = [ (l 1) ]; }).extendModules { }).options.l.loc [ "p" "l" ])
  (case "type makes submodules of the modules" (eval [ { options.s = mkOption { type = (evalModules { modules = [ (l 1) ]; }).type; }; config.s.l = [ 2 ]; } ]).s.l [ 2 1 ])
  (case "moduleType as an argument" (eval [ (l 1) ({ moduleType, ... }: { options.s = mkOption { type = types.lazyAttrsOf moduleType; default = { }; }; }) { s.x.l = mkForce [ 5 ]; } ]).s.x.l [ 5 ])
  (case "the type of what is returned" (evalModules { modules = [ ]; })._type "configuration")
  (case "graph" (map (g: { inherit (g) key file disabled; below = map (i: i.key) g.imports; }) (evalModules { modules = [ { key = "k"; _file = "/f"; imports = [ { key = "i"; } ]; } { disabledModules = [ { key = "i"; } ]; key = "m"; } ]; }).graph) [ { key = "k"; file = "/f"; disabled = false; below = [ "i" ]; } { key = "m"; file = "<unknown-file>"; disabled = false; below = [ ]; } ])
  (case "graph of what is disabled" (map (i: i.disabled) (lib.head (evalModules { modules = [ { key = "k"; imports = [ { key = "i"; } ]; } { disabledModules = [ { key = "i"; } ]; } ]; }).graph).imports) [ true ])
]
