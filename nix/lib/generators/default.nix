# Text formats that configurations commonly generate themselves.
{ lib }:
let
  part = file: import file { inherit lib; };
  keyValues = part ./key-value.nix;
  git = part ./git.nix;
  pretty = part ./pretty.nix;
  plist = part ./plist.nix;
  lua = part ./lua.nix;
  dhall = part ./dhall.nix;
  toml = part ./toml.nix;
in
{
  toJSON = { }: builtins.toJSON;
  # JSON is YAML.
  toYAML = { }: builtins.toJSON;

  inherit (keyValues)
    mkKeyValueDefault
    mkValueStringDefault
    toINI
    toINIWithGlobalSection
    toKeyValue
    ;
  inherit (git) toGitINI;
  inherit (pretty) toPretty withRecursion;
  inherit (plist) toPlist;
  inherit (lua) mkLuaInline toLua;
  inherit (dhall) toDhall;
  inherit (toml) toTOML;

  mkDconfKeyValue = lib.generators.mkKeyValueDefault {
    mkValueString = v: toString (lib.gvariant.mkValue v);
  } "=";
  toDconfINI = lib.generators.toINI { mkKeyValue = lib.generators.mkDconfKeyValue; };
}
