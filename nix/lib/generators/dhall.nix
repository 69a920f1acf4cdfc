# Dhall's records and lists.
{ lib }:
let
  inherit (builtins)
    isAttrs
    isBool
    isInt
    isList
    ;
  items = builtins.concatStringsSep ", ";
  go =
    v:
    if isAttrs v then
      "{ ${items (lib.mapAttrsToList (n: x: "${n} = ${go x}") v)} }"
    else if isList v then
      "[ ${items (map go v)} ]"
    else if isInt v then
      # A sign makes an Integer of a Natural.
      lib.optionalString (v >= 0) "+" + toString v
    else if isBool v then
      if v then "True" else "False"
    else if lib.isFunction v || v == null then
      abort "generators.toDhall: cannot convert a ${if v == null then "null" else "function"} to Dhall"
    else
      builtins.toJSON v;
in
{
  toDhall = { }: go;
}
