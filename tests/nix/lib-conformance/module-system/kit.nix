# What the cases of the module system have in common.
{ lib }:
let
  inherit (lib) evalModules mkOption types;
in
rec {
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };

  eval = modules: (evalModules { inherit modules; }).config;
  options = modules: (evalModules { inherit modules; }).options;
  fails = x: !(builtins.tryEval (builtins.deepSeq x x)).success;

  opt = type: mkOption { inherit type; };
  withDefault = type: default: mkOption { inherit type default; };
  int = opt types.int;
  str = opt types.str;
  ints = withDefault (types.listOf types.int) [ ];
  any = opt types.anything;

  # The value of an option with these definitions, one module each.
  value = option: definitions: (eval (modulesOf option definitions)).it;
  declared = option: definitions: (options (modulesOf option definitions)).it;
  modulesOf =
    option: definitions:
    [ { options.it = option; } ]
    ++ lib.imap1 (n: it: {
      _file = "/d${toString n}.nix";
      config = { inherit it; };
    }) definitions;
  merge = type: value (opt type);
  # Which of the values a type takes.
  takes = type: map (v: !(fails (merge type [ v ])));
  checks = type: map type.check;
}
