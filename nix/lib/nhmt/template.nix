# Values of session variables, which POSIX shells read in double quotes, taken
# apart for what is no such shell.
#
# A piece is a text, or { var; op; word; } for ${var}, ${var:-word},
# ${var-word}, ${var:+word} and ${var+word}, where op is "", ":-", "-", ":+"
# or "+" and word a list of pieces. Null: only a shell can tell (commands,
# quotes, positional parameters).
{ lib }:
let
  inherit (builtins)
    any
    concatMap
    elemAt
    head
    isList
    isString
    match
    split
    ;

  # In this order: an escape, a reference in braces (with at most one level
  # inside), a plain reference, and what is beyond us.
  token = "(\\\\[$`\"\\\n]|[$][{]([^{}\\]|[{][^{}\\]*[}])*[}]|[$][A-Za-z_][A-Za-z0-9_]*|[$][({0-9@*#?!$-]|`|\")";
  braces = "[$][{]([A-Za-z_][A-Za-z0-9_]*)(:?[-+])?((.|\n)*)[}]";

  special = s: match "[^$\\`\"]*" s == null;

  piece =
    s:
    let
      first = builtins.substring 0 1 s;
      second = builtins.substring 1 1 s;
      parts = match braces s;
    in
    if first == "\\" then
      if second == "\n" then [ ] else [ second ]
    else if first == "$" && second == "{" && parts != null then
      let
        op = elemAt parts 1;
        word = parse (elemAt parts 2);
      in
      if op == null && elemAt parts 2 != "" || word == null then
        [ null ]
      else
        [
          {
            var = head parts;
            op = if op == null then "" else op;
            inherit word;
          }
        ]
    else if first == "$" && match "[A-Za-z_]" second != null then
      [
        {
          var = builtins.substring 1 (-1) s;
          op = "";
          word = [ ];
        }
      ]
    else
      [ null ];

  # string -> pieces or null
  parse =
    s:
    if !special s then
      lib.optional (s != "") s
    else
      let
        pieces = concatMap (p: if isList p then piece (head p) else lib.optional (p != "") p) (
          split token s
        );
      in
      if any (p: p == null) pieces then null else pieces;
in
{
  inherit parse;

  # What would leave a shell that reads it in double quotes in the middle of a
  # word, and with it the rest of the file; null for nothing. What is in a
  # command is not looked at closely: `)` may be quoted there.
  fault =
    s:
    if match "[^\"`$\\]*" s != null then
      null
    else
      let
        escaped = builtins.filter isString (split "\\\\(.|\n)" s);
        bare = lib.concatStrings escaped;
        has = sign: builtins.length (split sign bare) > 1;
        count = sign: (builtins.length (split sign bare) - 1) / 2;
        isOdd = n: lib.mod n 2 == 1;
      in
      if lib.hasSuffix "\\" bare then
        "a backslash at its end"
      else if isOdd (count "\"") then
        "a double quote without its partner"
      else if isOdd (count "`") then
        "a ` without its partner"
      else if has "[$][(]" && !(has "[)]") then
        "a $( without its )"
      else if !(has "[$][(]") && !(has "`") && count "[$][{]" > count "[}]" then
        "a \${ without its }"
      else
        null;

  # As a value comes from the configuration.
  ofValue = v: if builtins.isBool v then lib.boolToString v else toString v;

  # Pieces without references, as one text; null if there are any.
  literal = pieces: if any (p: !isString p) pieces then null else lib.concatStrings pieces;
}
