# Values of nushell.
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
    isString
    match
    toJSON
    ;
  isNushellInline = lib.isType "nushell-inline";
  # What nushell takes in the name of a variable.
  variable = "[$]?[^${lib.escapeRegex ".[({+-*^/=!<>&|"}]+";

  render =
    multiline:
    let
      go =
        indent: v:
        let
          open = if multiline then "\n${indent}    " else " ";
          close = if multiline then "\n${indent}" else " ";
          between =
            from: items: to:
            "${from}${open}${concatStringsSep open items}${close}${to}";
          inner = go "${indent}    ";
        in
        if v == null then
          "null"
        else if isInt v || isFloat v || isString v || isBool v then
          toJSON v
        else if isList v then
          if v == [ ] then "[]" else between "[" (map inner v) "]"
        else if isAttrs v then
          if isNushellInline v then
            "(${v.expr})"
          else if v == { } then
            "{}"
          else if lib.isDerivation v then
            toString v
          else
            between "{" (lib.mapAttrsToList (n: x: "${toJSON n}: ${inner x}") v) "}"
        else
          throw "nushell.toNushell: type ${builtins.typeOf v} is unsupported";
    in
    go;
in
{
  mkNushellInline = expr: lib.setType "nushell-inline" { inherit expr; };
  inherit isNushellInline;
  toNushell =
    {
      indent ? "",
      multiline ? true,
      asBindings ? false,
    }:
    v:
    let
      wrong = filter (n: match variable n == null) (attrNames v);
    in
    if asBindings then
      assert lib.assertMsg (wrong == [ ])
        "Bad Nushell variable names: ${lib.generators.toPretty { } wrong}";
      lib.concatStrings (
        lib.mapAttrsToList (n: x: "${indent}let ${n} = ${render multiline indent x}\n") v
      )
    else
      render multiline indent v;
}
