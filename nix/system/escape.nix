# Paths and names as systemd and tmpfiles read them.
rec {
  # Where the rest of a line is one path: `%' begins a specifier, and a blank is
  # a blank (systemd.unit(5)).
  percent = builtins.replaceStrings [ "%" ] [ "%%" ];
  # A word in a list of paths, or in a line of tmpfiles.d(5).
  quoted = text: "\"${builtins.replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] (percent text)}\"";
  # In a name, `@' would part a template from its instance.
  name = builtins.replaceStrings [ "@" " " "/" ] [ "\\x40" "\\x20" "-" ];
}
