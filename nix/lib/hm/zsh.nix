# Variables of zsh.
{ lib }:
let
  inherit (builtins) isBool isList isString;
  inherit (import ./shell.nix { inherit lib; }) formatShellArrayContent;
in
rec {
  toZshValue =
    v:
    if isBool v then
      lib.boolToString v
    else if isString v then
      ''"${lib.escape [ "\\" "\"" "`" ] v}"''
    else if isList v then
      "(${formatShellArrayContent (map toString v)})"
    else
      ''"${toString v}"'';
  define = name: value: "${name}=${toZshValue value}";
  defineAll = vars: lib.concatStringsSep "\n" (lib.mapAttrsToList define vars);
  export = name: value: "export ${define name value}";
  exportAll =
    vars:
    {
      indent ? "",
    }:
    lib.concatStringsSep "\n${indent}" (
      lib.mapAttrsToList export (lib.filterAttrs (_: v: v != null) vars)
    );
}
