# What an error of a function tells, as in errors.nix: name -> { expr; facts;
# own; }.
{ lib }:
let
  hm = lib.hm or (import ../../../nix/lib/hm { inherit lib; });
  inherit (import ../../../nix/lib/generators/toml.nix { inherit lib; }) toTOML;
  error = expr: facts: own: { inherit expr facts own; };
  package = { type = "derivation"; name = "p"; outPath = "/p"; };
in
{
  get-attribute = error (lib.getAttrFromPath [ "a" "b" ] { a = { }; }) [ "cannot find attribute 'a.b'" ] [ ];
  update-absent = error (lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: old + 1; } ] { }).a.b [ "'a.b' does not exist in the given value" ] [ ];
  update-in-value = error (lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = _: 1; } ] { a = 1; }).a [ "Path 'a.b' needs to be updated" "path 'a' of the given value is not an attribute set" ] [ ];
  union = error (lib.attrsets.unionOfDisjoint { a = 1; b = 1; } { a = 2; b = 2; }).a [ "collision on a" "a b" ] [ ];

  toml-null = error (toTOML { } { a."b c" = null; }) [ "lib.generators.toTOML: `a.\"b c\"' is null, which TOML has no form for" "lib.filterAttrs" ] [ ];
  toml-function = error (toTOML { } { a = [ (x: x) ]; }) [ "lib.generators.toTOML: `a' is a function" ] [ ];
  toml-list = error (toTOML { } [ ]) [ "lib.generators.toTOML: a TOML file is a set" ] [ ];
  toml-infinite = error (toTOML { } { a = 1.0e308 * 10; }) [ "lib.generators.toTOML: `a' is not finite" ] [ ];

  last = error (lib.last [ ]) [ "list must not be empty" ] [ ];
  init = error (lib.init [ ]) [ "list must not be empty" ] [ ];
  element = error (lib.replaceElemAt [ 1 ] 3 2) [ "index 3 on a list of size 1" ] [ ];
  list-prefix = error (lib.lists.removePrefix [ 1 ] [ 2 ]) [ "lib.lists.removePrefix" ] [ "the first list is not a prefix of the second" ];

  integer = error (lib.toInt "x") [ "toInt" "Could not convert \"x\" to int" ] [ ];
  integer-large = error (lib.toInt "99999999999999999999") [ "Could not convert" ] [ ];
  integer-octal = error (lib.toInt "010") [ "toInt: Ambiguity in interpretation of \"010\" between octal and zero padded integer" ] [ ];
  integer-decimal = error (lib.toIntBase10 "x") [ "toIntBase10: Could not convert \"x\" to int" ] [ ];
  sentence-case = error (lib.toSentenceCase 1) [ "toSentenceCase" "got int" ] [ ];
  camel-case = error (lib.toCamelCase 1) [ "toCamelCase" "got int" ] [ ];
  width = error (lib.fixedWidthString 1 "0" "abc") [ "requested string length (1) must not be shorter than actual length (3)" ] [ ];
  filler = error (lib.fixedWidthString 4 "ab" "x") [ "fixedWidthString: requested string length" ] [ "(4) cannot be reached by fillers of 2" ];
  shell-variable = error (lib.toShellVar "a-b" 1) [ "a-b is not a valid shell variable name" ] [ ];
  url = error (lib.nameFromURL "a/b" "-") [ ] [ "nameFromURL: b has no -" ];

  enum = error (lib.checkListOfEnum "colours" [ "a" "b" ] [ "c" ] 1) [ "colours: c unexpected; valid ones: a, b" ] [ ];
  one-of = error (lib.assertOneOf "size" "c" [ "a" ]) [ "size must be one of" "but is: \"c\"" ] [ ];
  each-one-of = error (lib.asserts.assertEachOneOf "sizes" [ "c" ] [ "a" ]) [ "each element in sizes must be one of" ] [ ];
  assertions = error (lib.asserts.checkAssertWarn [ { assertion = false; message = "no"; } ] [ ] 1) [ "Failed assertions:" "- no" ] [ ];
  tests = error (lib.debug.throwTestFailures { failures = [ { name = "n"; expected = 1; result = 2; } ]; }) [ "1 tests failed:" "- n" ] [ ];
  enough = error (lib.throwIfNot false "not enough" 1) [ "not enough" ] [ ];

  value-list = error (lib.generators.mkValueStringDefault { } [ 1 ]) [ "generators.mkValueStringDefault: lists not supported" ] [ ];
  value-set = error (lib.generators.toKeyValue { } { a = { }; }) [ "attrsets not supported" ] [ ];
  value-function = error (lib.generators.mkValueStringDefault { } (x: x)) [ "functions not supported" ] [ ];
  value-path = error (lib.generators.mkValueStringDefault { } /a) [ "this value is not supported" ] [ ];
  depth = error (lib.generators.withRecursion { depthLimit = 0; } { a.b = 1; }).a.b [ "Exceeded maximum eval-depth limit of 0" ] [ ];
  lua-name = error (lib.generators.toLua { asBindings = true; } { "1a" = 1; }) [ "Bad Lua var names" "1a" ] [ ];
  lua-type = error (lib.generators.toLua { } (x: x)) [ "generators.toLua: type lambda is unsupported" ] [ ];
  dhall-null = error (lib.generators.toDhall { } null) [ "cannot convert a null to Dhall" ] [ ];
  dhall-function = error (lib.generators.toDhall { } (x: x)) [ "cannot convert a function to Dhall" ] [ ];

  gvariant-number = error (toString (lib.gvariant.mkValue 300)) [ "300" "lib.gvariant.mkInt32" "lib.gvariant.mkUint16" ] [ "the GVariant type of the number 300 is unclear" ];
  gvariant-set = error (toString (lib.gvariant.mkValue { })) [ "lib.gvariant.mkDictionaryEntry" ] [ "a set is no GVariant value" ];
  gvariant-function = error (toString (lib.gvariant.mkValue (x: x))) [ "lambda" ] [ "no GVariant type is known for a lambda" ];
  gvariant-empty = error (toString (lib.gvariant.mkArray [ ])) [ "mkEmptyArray" ] [ "an empty GVariant array has no type" ];
  gvariant-mixed = error (toString (lib.gvariant.mkArray [ "a" true ])) [ ] [ "the elements of a GVariant array have one type" ];
  option-name = error (lib.cli.toCommandLine (_: { option = ""; sep = null; explicitBool = false; }) { "" = 1; }) [ ] [ "lib.cli.toCommandLine only accepts non-empty option names" ];

  path-string = error (lib.path.append "/a" "b") [ "lib.path.append: The first argument is of type string, but a path was expected" ] [ ];
  subpath-type = error (lib.path.append /a 1) [ "The given value is of type int, but a string was expected" ] [ ];
  subpath-empty = error (lib.path.append /a "") [ "The given string is empty" ] [ ];
  subpath-absolute = error (lib.path.append /a "/b") [ "starts with a `/`, representing an absolute path" ] [ ];
  subpath-above = error (lib.path.subpath.normalise "a/../b") [ "contains a `..` component" ] [ ];
  subpath-join = error (lib.path.subpath.join [ "a" "/b" ]) [ "lib.path.subpath.join: Element at index 1" ] [ ];
  path-prefix = error (lib.path.removePrefix /a /b) [ "\"/a\" is not a component-wise prefix of the second path argument \"/b\"" ] [ ];
  path-type = error (lib.pathType /nhmt-is-not-there) [ "/nhmt-is-not-there" ] [ ];

  argument = error (lib.callPackageWith { depends = 1; } ({ depend }: { }) { }) [ "Function called without required argument \"depend\" at" "library-errors.nix:" "did you mean \"depends\"?" ] [ ];
  several-packages = error (lib.callPackagesWith { } ({ }: package) { }) [ "function `callPackages` was called on a *single* derivation" "\"p\"" "did you mean to use `callPackage` instead?" ] [ ];
  lazy-derivation = error (lib.lazyDerivation { derivation = { }; }).name [ "lazyDerivation: input must be a derivation." ] [ ];
  lazy-outputs = error (lib.lazyDerivation { derivation = package // { outputs = [ "out" "dev" ]; }; }).name [ "The derivation p has outputs that don't match the assumed outputs" "\"dev\"" ] [ "Pass those it has, in their order, as `outputs'." ];
  program-of-string = error (lib.getExe' "p" "x") [ "The first argument is of type string, but it should be a derivation instead" ] [ ];
  program-number = error (lib.getExe' package 1) [ "The second argument is of type int, but it should be a string instead" ] [ ];
  program-path = error (lib.getExe' package "a/b") [ "is a nested path with a \"/\" character" ] [ ];

  nushell-names = error (hm.nushell.toNushell { asBindings = true; } { "a.b" = 1; }) [ "Bad Nushell variable names" "a.b" ] [ ];
  nushell-type = error (hm.nushell.toNushell { } (x: x)) [ "nushell.toNushell: type lambda is unsupported" ] [ ];
  kdl-argument = error (hm.generators.toKDL { } { a._args = [ { } ]; }) [ "Cannot convert value of type set to KDL literal." ] [ ];
  kdl-node = error (hm.generators.toKDL { } { a = /b; }) [ "Cannot convert type `(path)` to KDL" "a = /b" ] [ ];
  scfg = error (hm.generators.toSCFG { } [ { name = "a"; params = [ { } ]; } ]) [ "Cannot convert value of type set to SCFG literal." ] [ ];
  graph-cycle = error (hm.generators.toDAGOrderedKeyValue { } { a = hm.dag.entryAfter [ "b" ] 1; b = hm.dag.entryAfter [ "a" ] 2; }) [ "Dependency cycle in DAG entries" ] [ ];
  graph-sections = error (hm.generators.toDAGOrderedINI { } { a = hm.dag.entryAfter [ "b" ] { }; b = hm.dag.entryAfter [ "a" ] { }; }) [ "Dependency cycle in INI sections" ] [ ];
  gvariant-types = error (lib.evalModules { modules = [ { _file = "/home/alice/a.nix"; options.it = lib.mkOption { type = hm.types.gvariant; }; config.it = "a"; } { _file = "/home/alice/b.nix"; it = true; } ]; }).config.it [ "Cannot merge definitions of `it' with mismatched GVariant types" "/home/alice/a.nix" "/home/alice/b.nix" ] [ ];
  state-version = error (hm.deprecations.mkStateVersionOptionDefault { stateVersion = "25.05"; since = "25.11"; optionPath = [ "a" ]; legacy.value = 1; current.value = 2; deferWarningToConfig = true; }).default [ "lib.hm.deprecations.mkStateVersionOptionDefault" "config" "deferWarningToConfig" ] [ ];
}
