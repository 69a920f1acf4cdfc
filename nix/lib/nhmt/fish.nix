# Texts of fish.
{ lib }:
{
  # Any text as a word: in single quotes, \ and ' are escaped, and nothing expands.
  quote = s: "'${builtins.replaceStrings [ "\\" "'" ] [ "\\\\" "\\'" ] s}'";
}
