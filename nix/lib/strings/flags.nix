# Flags of build systems.
{ lib }:
let
  inherit (builtins) elem isBool isString;
in
{
  cmakeOptionType =
    type: name: value:
    assert elem (lib.toUpper type) [
      "BOOL"
      "FILEPATH"
      "PATH"
      "STRING"
      "INTERNAL"
      "LIST"
    ];
    assert isString name && isString value;
    "-D${name}:${lib.toUpper type}=${value}";
  cmakeBool =
    name: on:
    assert isString name && isBool on;
    lib.cmakeOptionType "bool" name (lib.toUpper (lib.boolToString on));
  cmakeFeature = lib.cmakeOptionType "string";

  mesonOption =
    name: value:
    assert isString name && isString value;
    "-D${name}=${value}";
  mesonBool =
    name: on:
    assert isBool on;
    lib.mesonOption name (lib.boolToString on);
  mesonEnable =
    name: on:
    assert isBool on;
    lib.mesonOption name (if on then "enabled" else "disabled");

  enableFeature =
    on: name:
    assert isBool on && isString name;
    "--${if on then "enable" else "disable"}-${name}";
  enableFeatureAs =
    on: name: value:
    lib.enableFeature on name + lib.optionalString on "=${value}";
  withFeature =
    on: name:
    assert isString name;
    "--${if on then "with" else "without"}-${name}";
  withFeatureAs =
    on: name: value:
    lib.withFeature on name + lib.optionalString on "=${value}";
}
