# Texts of nushell.
{ lib }:
let
  inherit (builtins) replaceStrings;
in
{
  # Any text as a word. Double quotes know JSON's short escapes, and nothing in
  # them expands.
  quote = s: ''"${replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] s}"'';
}
