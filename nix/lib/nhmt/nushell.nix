# Texts of nushell.
{ lib }:
let
  inherit (builtins)
    attrNames
    isAttrs
    isBool
    isFloat
    isInt
    isList
    replaceStrings
    ;
in
rec {
  # Any text as a word. Double quotes know JSON's short escapes, and nothing in
  # them expands.
  quote = s: ''"${replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] s}"'';

  # Expressions of nushell's own, as lib.hm.nushell.mkNushellInline makes them.
  isInline = v: isAttrs v && v._type or null == "nushell-inline";

  # A value as an expression.
  value =
    v:
    if v == null then
      "null"
    else if isBool v then
      lib.boolToString v
    else if isInt v then
      toString v
    else if isFloat v then
      builtins.toJSON v
    else if isList v then
      "[${lib.concatMapStringsSep ", " value v}]"
    else if isInline v then
      "(${v.expr})"
    else if isAttrs v && !(v ? outPath || v ? __toString) then
      "{${lib.concatMapStringsSep ", " (n: "${quote n}: ${value v.${n}}") (attrNames v)}}"
    else
      quote "${v}";

  # Sets as [ { path = "a.b"; value; } ], so that what has a default keeps it.
  leaves =
    prefix: v:
    if isAttrs v && !isInline v && !(v ? outPath || v ? __toString) then
      builtins.concatMap (n: leaves (if prefix == "" then quote n else "${prefix}.${quote n}") v.${n}) (
        attrNames v
      )
    else
      [
        {
          path = prefix;
          value = v;
        }
      ];

  # What an option may hold for it.
  type =
    let
      inherit (lib) types;
      inline = lib.mkOptionType {
        name = "nushell";
        description = "Nushell inline value";
        descriptionClass = "name";
        check = isInline;
      };
      any =
        types.nullOr (
          types.oneOf [
            inline
            types.bool
            types.int
            types.float
            types.str
            types.path
            (types.attrsOf any)
            (types.listOf any)
          ]
        )
        // {
          description = "Nushell value";
          descriptionClass = "noun";
        };
    in
    any;
}
