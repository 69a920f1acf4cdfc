# Paths and names as systemd and tmpfiles read them.
{ lib }:
{
  # In a list of a unit: blanks part words, and `%' begins a specifier
  # (systemd.unit(5)).
  path = builtins.replaceStrings [ "\\" " " "%" ] [ "\\x5c" "\\x20" "%%" ];
  # Where a setting is one path.
  percent = builtins.replaceStrings [ "%" ] [ "%%" ];
  # In ExecStart= a word is quoted, and `$' is a variable's (systemd.service(5)).
  word =
    text: "\"${builtins.replaceStrings [ "\\" "\"" "%" "$" ] [ "\\\\" "\\\"" "%%" "$$" ] text}\"";
  # In a name, `@' would part a template from its instance.
  name = builtins.replaceStrings [ "@" " " "/" ] [ "\\x40" "\\x20" "-" ];
  # A line of tmpfiles.d(5).
  line = text: "\"${builtins.replaceStrings [ "\\" "\"" "%" ] [ "\\\\" "\\\"" "%%" ] text}\"";
}
