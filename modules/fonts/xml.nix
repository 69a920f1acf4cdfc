# XML from sets: `"@name"` is an attribute, `"#text"` the text, a list an
# element for each of its values, and everything else an element.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    isAttrs
    isBool
    isList
    map
    ;
  escape = builtins.replaceStrings [ "&" "<" ">" "\"" ] [ "&amp;" "&lt;" "&gt;" "&quot;" ];
  text =
    v:
    escape (
      if isBool v then
        lib.boolToString v
      else if v == null then
        ""
      else
        toString v
    );
  isAttribute = lib.hasPrefix "@";

  element =
    indent: name: v:
    if isList v then
      concatStringsSep "" (map (element indent name) v)
    else if !isAttrs v then
      "${indent}<${name}>${text v}</${name}>\n"
    else
      let
        attributes = lib.concatMapStrings (n: " ${lib.removePrefix "@" n}=\"${text v.${n}}\"") (
          filter isAttribute (attrNames v)
        );
        inner = elements "${indent}  " v;
        own = if v ? "#text" then text v."#text" else "";
      in
      if inner == "" then
        "${indent}<${name}${attributes}>${own}</${name}>\n"
      else
        "${indent}<${name}${attributes}>${own}\n${inner}${indent}</${name}>\n";
  elements =
    indent: v:
    lib.concatMapStrings (name: element indent name v.${name}) (
      filter (name: !(isAttribute name) && name != "#text") (attrNames v)
    );
in
elements ""
