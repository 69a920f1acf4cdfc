# What an error tells: name -> { expr; facts; own; }. Those of the module system
# stand here.
#
# `facts` are in the words of every library: the option, the files of the
# definitions, their values, types and names. `own` are nhmt's: the remedy, and
# lines within files.
{ lib }:
let
  inherit (lib) evalModules mkForce mkIf mkOption types;
  kit = import ./module-system/kit.nix { inherit lib; };
  inherit (kit) int opt str withDefault;

  eval = modules: (evalModules { inherit modules; }).config;
  # Modules in files with names.
  at = file: module: { _file = file; } // module;
  a = settings: at "/home/alice/a.nix" settings;
  b = settings: at "/home/alice/b.nix" settings;
  error = expr: facts: own: { inherit expr facts own; };
  one = type: defs: (eval ([ { options.prog.it = opt type; } ] ++ defs)).prog.it;
  it = value: { prog.it = value; };
in
import ./library-errors.nix { inherit lib; }
// {
  unknown = error (eval [ { options.colour = withDefault types.int 1; } (a { color = 7; }) ]) [ "color" "/home/alice/a.nix" "`colour'" ] [ "Did you mean `colour'" "errors.nix:" ];
  unknown-far = error (eval [ { options.colour = withDefault types.int 1; } (a { zzz = 7; }) ]) [ "zzz" "/home/alice/a.nix" ] [ "The options are: colour" "Correct the name, remove the setting, or import the module" ];
  unknown-elsewhere = error (eval [ { options.deep.below.target = withDefault types.int 1; } (a { target = 7; }) ]) [ "target" "/home/alice/a.nix" ] [ "Did you mean `deep.below.target'" ];
  unknown-below = error (eval [ { options.prog.colour = withDefault types.int 1; } (a { prog.colr = 7; }) ]) [ "prog.colr" "/home/alice/a.nix" "`prog.colour'" ] [ ];
  unknown-several = error (eval [ { options.prog.x = withDefault types.int 1; } (a { nope = 7; nil = 8; }) ]) [ "nil" "/home/alice/a.nix" ] [ "Also unknown:" "`nope'" ];
  unknown-in-submodule = error (one (types.submodule { options.port = withDefault types.int 1; }) [ (a (it { prot = 1; })) ]).port [ "prog.it.prot" "/home/alice/a.nix" "prog.it.port" ] [ ];
  unknown-in-named = error (one (types.attrsOf (types.submodule { options.port = withDefault types.int 1; })) [ (a (it { "a.b".prot = 1; })) ])."a.b".port [ "prog.it.\"a.b\".prot" "/home/alice/a.nix" ] [ "Did you mean `prog.it.\"a.b\".port'" ];
  no-options = error (eval [ (a { x = 7; }) ]) [ "x" "/home/alice/a.nix" "options" ] [ "No module declares options here" ];
  prefix = error (evalModules { prefix = [ "outer" ]; modules = [ { options.x = int; } (a { y = 7; }) ]; }).config [ "outer.y" ] [ ];

  wrong-type = error (one types.int [ (a (it "seven")) ]) [ "prog.it" "signed integer" "/home/alice/a.nix" "seven" ] [ "found: a string, \"seven\"" ];
  wrong-type-several = error (one types.int [ (a (it "seven")) (b (it [ 8 ])) ]) [ "prog.it" "/home/alice/a.nix" "/home/alice/b.nix" "seven" "8" ] [ "also wrong" ];
  wrong-type-default = error (eval [ (a { options.prog.it = withDefault types.int "seven"; }) ]).prog.it [ "prog.it" "signed integer" "/home/alice/a.nix" "seven" ] [ ];
  wrong-element = error (lib.head (one (types.listOf types.int) [ (a (it [ "seven" ])) ])) [ "prog.it." "definition 1-entry 1" "/home/alice/a.nix" "seven" ] [ ];
  wrong-attribute = error (one (types.attrsOf types.int) [ (a (it { x = "seven"; })) ]).x [ "prog.it.x" "/home/alice/a.nix" "seven" ] [ ];
  wrong-nested-property = error (one types.int [ (a (it (mkForce (mkIf true 1)))) ]) [ "prog.it" "/home/alice/a.nix" ] [ "lib.mkIf and lib.mkMerge outermost" ];
  wrong-enum = error (one (types.enum [ "red" "blue" ]) [ (a (it "green")) ]) [ "prog.it" "one of \"red\", \"blue\"" "green" ] [ ];
  set-expected = error (eval [ { options.prog.it = int; } (a { prog = 5; }) ]).prog.it [ "prog" "/home/alice/a.nix" ] [ "`prog' is a set of options, but set to an integer" "It holds: it" ];

  settings-expected = error (eval [ { options.prog.it = int; } (a { config = mkIf true 5; }) ]) [ "/home/alice/a.nix" ] [ "a configuration is a set of options, but set to an integer" ];

  conflict = error (one types.int [ (a (it 1)) (b (it 2)) ]) [ "prog.it" "/home/alice/a.nix" "/home/alice/b.nix" "1" "2" "mkForce" "mkDefault" ] [ "conflicting definitions" ];
  conflict-unique = error (one types.raw [ (a (it 1)) (b (it 2)) ]) [ "prog.it" "/home/alice/a.nix" "/home/alice/b.nix" ] [ "mkForce" ];
  conflict-unique-message = error (one (types.unique { message = "Once is enough."; } types.int) [ (a (it 1)) (b (it 2)) ]) [ "prog.it" "Once is enough." "/home/alice/a.nix" "/home/alice/b.nix" ] [ ];
  conflict-null = error (one (types.nullOr types.int) [ (a (it null)) (b (it 2)) ]) [ "prog.it" "null" "not null" "/home/alice/a.nix" "/home/alice/b.nix" ] [ "mkForce" ];
  conflict-either = error (one (types.either types.int types.str) [ (a (it 1)) (b (it "x")) ]) [ "prog.it" "signed integer" "string" "/home/alice/a.nix" "/home/alice/b.nix" ] [ "Keep those of one type" ];
  conflict-anything = error (one types.anything [ (a (it 1)) (b (it "x")) ]) [ "prog.it" "/home/alice/a.nix" "/home/alice/b.nix" ] [ "an integer, 1" "a string, \"x\"" ];
  conflict-tags = error (one (types.attrTag { x = int; y = int; }) [ (a (it { x = 1; })) (b (it { y = 1; })) ]).y [ "prog.it" "`x" "`y" ] [ "/home/alice/a.nix" "/home/alice/b.nix" ];
  read-only = error (eval [ { options.prog.it = mkOption { type = types.int; readOnly = true; default = 1; }; } (a (it 2)) ]).prog.it [ "prog.it" "read-only" "/home/alice/a.nix" "2" ] [ "Remove the setting" ];
  missing = error (one types.int [ ]) [ "prog.it" "has no value" ] [ "prog.it = …;" "signed integer" ];
  missing-in-submodule = error (one (types.attrsOf (types.submodule { options.port = int; })) [ (a (it { x = { }; })) ]).x.port [ "prog.it.x.port" "has no value" ] [ ];
  incoherent = error (eval [ { options.prog.it = opt (types.attrsOf (types.listOf types.int // { check = _: true; })); } (a (it { x = [ 1 ]; })) ]).prog.it.x [ "prog.it" "types.addCheck" ] [ ];
  condition = error (one types.int [ (a (it (mkIf "yes" 1))) ]) [ "mkIf" ] [ "not a boolean" ];
  deprecated-removed = error (eval [ { options.assertions = withDefault (types.listOf types.unspecified) [ ]; } (lib.mkRemovedOptionModule [ "prog" "old" ] "Use prog.new.") ]).prog.old [ "prog.old" "Use prog.new." ] [ ];
  renamed-nowhere = error (eval [ { options.prog.it = int; } (lib.mkAliasOptionModule [ "old" ] [ "prog" "new" ]) ]).old [ "prog.new" ] [ "unknown option" ];
  sink = error (eval [ { options.it = lib.mkSinkUndeclaredOptions { }; } (a { it = 1; }) ]).it [ "not declared" ] [ ];

  declared-twice = error (eval [ (a { options.prog.it = int; }) (b { options.prog.it = str; }) ]).prog.it [ "prog.it" "/home/alice/a.nix" "/home/alice/b.nix" "declared" ] [ "signed integer" "string" ];
  declared-without-option = error (eval [ (a { options.prog.it = types.int; }) ]).prog.it [ "prog.it" "/home/alice/a.nix" "mkOption" ] [ ];
  declared-value = error (eval [ (a { options.prog.it = 5; }) ]).prog.it [ "prog.it" "options" ] [ "/home/alice/a.nix" "an integer" ];
  option-and-set = error (eval [ (a { options.prog.it = int; }) (b { options.prog.it.more = int; }) ]).prog.it [ "prog.it" "/home/alice/a.nix" "signed integer" "more" "/home/alice/b.nix" ] [ "submodule" ];
  tag-without-option = error (one (types.attrTag { x = types.int; }) [ (a (it { x = 1; })) ]) [ "attrTag" "x" "mkOption" ] [ ];

  class = error (evalModules { class = "homeManager"; modules = [ (a { _class = "nixos"; }) ]; }).config [ "/home/alice/a.nix" "nixos" "homeManager" ] [ "_class" ];
  not-a-module-configuration = error (eval [ (a { imports = [ (evalModules { modules = [ ]; }) ]; }) ]) [ "configuration" "/home/alice/a.nix" ] [ "import the modules that it was made of" ];
  not-a-module-flake = error (eval [ (a { imports = [ { _type = "flake"; } ]; }) ]) [ "flake" "/home/alice/a.nix" "default" ] [ "homeModules.default" ];
  not-a-module-list = error (eval [ (a { imports = [ [ { } ] ]; }) ]) [ "/home/alice/a.nix" "list" ] [ "remove one level of brackets" ];
  stray = error (eval [ (a { options.x = int; y = 1; }) ]) [ "`y'" "`config'" ] [ "/home/alice/a.nix" ];
  disabled-unknown = error (eval [ (a { disabledModules = [ { } ]; }) ]) [ "/home/alice/a.nix" "disabledModules" "key" ] [ ];
  missing-argument = error (eval [ (a { imports = [ ({ nowhere, ... }: { options.x = nowhere; }) ]; }) ]) [ "nowhere" ] [ "/home/alice/a.nix" "_module.args.nowhere" ];
  missing-import = error (eval [ (a { imports = [ ./no-such-file.nix ]; }) ]) [ "no-such-file.nix" ] [ "missing import at /home/alice/a.nix" ];
}
