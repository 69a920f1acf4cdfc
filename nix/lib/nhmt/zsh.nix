# Texts of zsh.
{ lib }:
rec {
  # As a part of a double-quoted word in which `$` expands.
  expanding = lib.escape [
    "\\"
    "\""
    "`"
  ];
  value =
    v:
    if builtins.isBool v then
      lib.boolToString v
    else if builtins.isList v then
      "(${lib.escapeShellArgs (map toString v)})"
    else
      ''"${expanding (toString v)}"'';
  define = name: v: "${name}=${value v}";
  export = name: v: "export ${define name v}";
}
