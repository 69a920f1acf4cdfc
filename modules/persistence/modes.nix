# Permissions as they are written, in octal or by letters.
{ lib }:
let
  inherit (builtins) match;
  letters = {
    r = 4;
    w = 2;
    x = 1;
  };
  digit =
    text:
    builtins.foldl' builtins.add 0 (map (l: letters.${l}) (lib.unique (lib.stringToCharacters text)));
  classes = [
    "u"
    "g"
    "o"
  ];

  # "u=rwx,g=rx,o=" -> "0750"; null when it is nothing like that.
  fromLetters =
    text:
    let
      parts = map (match "([ugoa]+)=([rwx]*)") (lib.splitString "," text);
      of =
        class:
        builtins.foldl' (
          found: part:
          if lib.hasInfix class (lib.head part) || lib.hasInfix "a" (lib.head part) then
            digit (lib.last part)
          else
            found
        ) 0 parts;
    in
    if builtins.elem null parts then null else "0" + lib.concatMapStrings (c: toString (of c)) classes;
in
{
  # From what to say of anything else, and a text, to four digits.
  octal =
    fail: text:
    let
      digits = match "0?([0-7][0-7][0-7])" text;
      named = fromLetters text;
    in
    if digits != null then
      "0${lib.head digits}"
    else if named != null then
      named
    else
      fail "Write octal digits such as \"0700\", or letters such as \"u=rwx,g=,o=\".";
}
