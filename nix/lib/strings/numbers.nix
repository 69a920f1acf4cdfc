# Numbers from text and as text, also the bytes of text.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    fromJSON
    genList
    head
    isInt
    match
    stringLength
    substring
    ;

  hex = n: lib.fixedWidthString 2 "0" (lib.toHexString n);
  # Tab, line feed, carriage return, and what ASCII prints; only JSON gives Nix
  # characters by their numbers.
  codes = builtins.listToAttrs (
    map
      (value: {
        name = fromJSON "\"\\u00${hex value}\"";
        inherit value;
      })
      (
        [
          9
          10
          13
        ]
        ++ lib.range 32 126
      )
  );

  # caller -> pattern with the digits in its group -> text -> integer
  parse =
    caller: pattern: s:
    let
      refuse = throw "${caller}: Could not convert ${lib.strings.escapeNixString s} to int.";
      found = match pattern s;
      digits = head found;
      n = fromJSON digits;
    in
    if found == null then
      refuse
    else if match "-?0[0-9]+" digits != null then
      throw "${caller}: Ambiguity in interpretation of ${lib.strings.escapeNixString s} between octal and zero padded integer."
    else if !(isInt n) then
      # Too large: JSON makes a float of it.
      refuse
    else
      n;
in
{
  charToInt = c: codes.${c};
  escapeC =
    list:
    builtins.replaceStrings list (map (c: "\\x${lib.toLower (hex (lib.strings.charToInt c))}") list);
  escapeURL =
    let
      unsafe = builtins.attrNames (lib.filterAttrs (c: _: match "[A-Za-z0-9_.~-]" c == null) codes);
    in
    builtins.replaceStrings unsafe (map (c: "%${hex codes.${c}}") unsafe);

  toInt = parse "toInt" "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*";
  toIntBase10 =
    s:
    if match "[[:space:]]*0+[[:space:]]*" s != null then
      0
    else
      parse "toIntBase10" "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" s;

  fixedWidthString =
    width: filler: s:
    let
      n = stringLength s;
      missing = width - n;
      k = stringLength filler;
    in
    assert lib.assertMsg (missing >= 0)
      "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString n})";
    # Fillers are not cut.
    assert lib.assertMsg (missing == 0 || lib.mod missing k == 0)
      "fixedWidthString: requested string length (${toString width}) cannot be reached by fillers of ${toString k}";
    concatStringsSep "" (genList (_: filler) (if missing == 0 then 0 else missing / k)) + s;
  fixedWidthNumber = width: n: lib.fixedWidthString width "0" (toString n);

  # Six digits after the point, as Nix prints floats.
  floatToString =
    f:
    let
      text = toString f;
    in
    lib.warnIf (fromJSON text != f) "Imprecise conversion from float to string ${text}" text;
}
