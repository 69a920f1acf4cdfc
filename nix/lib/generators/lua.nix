# Lua's tables.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    match
    toJSON
    ;
  name = "[[:alpha:]_][[:alnum:]_]*";
in
{
  mkLuaInline = expr: {
    _type = "lua-inline";
    inherit expr;
  };

  toLua =
    {
      multiline ? true,
      indent ? "",
      asBindings ? false,
    }:
    let
      go =
        indent: v:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          table =
            items: if items == [ ] then "{}" else "{${open}${concatStringsSep ",${open}" items}${close}}";
          inner = go "${indent}  ";
        in
        if v == null then
          "nil"
        else if isInt v || isFloat v || isString v || isBool v then
          toJSON v
        else if isPath v || lib.isDerivation v then
          toJSON "${v}"
        else if isList v then
          table (map inner v)
        else if isAttrs v then
          if v._type or null == "lua-inline" then
            "(${v.expr})"
          else
            table (lib.mapAttrsToList (n: x: "[${toJSON n}] = ${inner x}") v)
        else
          abort "generators.toLua: type ${builtins.typeOf v} is unsupported";
    in
    v:
    let
      wrong = filter (n: match "${name}(\\.${name})*" n == null) (attrNames v);
    in
    if asBindings then
      assert lib.assertMsg (wrong == [ ]) "Bad Lua var names: ${lib.generators.toPretty { } wrong}";
      lib.concatStrings (lib.mapAttrsToList (n: x: "${indent}${n} = ${go indent x}\n") v)
    else
      go indent v;
}
