# scfg: directives ({ name; params; children; }), one on each line.
{ lib }:
let
  inherit (builtins)
    any
    concatStringsSep
    elem
    filter
    isString
    replaceStrings
    typeOf
    ;
  inherit (lib) concatMapStringsSep optionalString;
  indented =
    lines:
    concatMapStringsSep "\n" (line: "\t${line}") (lib.splitString "\n" (concatStringsSep "\n" lines));

  escaped = [
    "\""
    "\\"
    "\r"
    "\n"
    "\t"
  ];
  special = escaped ++ [
    " "
    "'"
    "{"
    "}"
  ];

  literal =
    v:
    if isString v then
      # Quotes where a parser would stop or read something else.
      if v == "" || any (c: lib.hasInfix c v) special then
        "\"${replaceStrings escaped [ "\\\"" "\\\\" "\\r" "\\n" "\\t" ] v}\""
      else
        v
    else if v == true then
      "true"
    else if v == false then
      "false"
    else
      lib.throwIfNot (elem (typeOf v) [
        "int"
        "float"
      ]) "Cannot convert value of type ${typeOf v} to SCFG literal." (toString v);

  # A directive that declares both and has none is left out.
  present =
    d: !(d ? params || d ? children) || !(d.params or [ null ] == [ null ] && d.children or [ ] == [ ]);
  params =
    d: optionalString (d.params or null != null) " ${concatMapStringsSep " " literal d.params}";
  children = d: optionalString (d.children or null != null) " {\n${indented (lines d.children)}\n}";
  lines = directives: map (d: literal d.name + params d + children d) (filter present directives);
in
{
  toSCFG =
    _: directives: optionalString (directives != [ ]) (concatStringsSep "\n" (lines directives) + "\n");
}
