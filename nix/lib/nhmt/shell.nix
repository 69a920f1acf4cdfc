# Shell text for modules, POSIX sh.
{ lib }:
let
  template = import ./template.nix { inherit lib; };
in
rec {
  # Any text as a part of a double-quoted word, in which nothing expands.
  inQuotes = builtins.replaceStrings [ "\\" "\"" "$" "`" ] [ "\\\\" "\\\"" "\\$" "\\`" ];

  # Values are double-quoted as Home Manager has them: `$HOME` in them expands.
  double = v: ''"${if builtins.isBool v then lib.boolToString v else toString v}"'';
  export =
    name: v:
    let
      fault = if builtins.isString v then template.fault v else null;
    in
    # The shell would not come to the rest of the file.
    if fault != null then
      throw "the variable ${name} has ${fault}: ${v}\n  Shells read the value in double quotes; write \\\" for a quote in it, and \\\\ for a backslash."
    else
      "export ${name}=${double v}";
  exportAll =
    vars:
    lib.concatStringsSep "\n" (lib.mapAttrsToList export (lib.filterAttrs (_: v: v != null) vars));

  # A command line for a unit: the home's own nhmt, else the one on PATH, with
  # these arguments.
  unitCommand =
    arguments:
    "/bin/sh -c 'nhmt=\"$HOME/.local/state/nhmt/current/nhmt\"; [ -x \"$nhmt\" ] || nhmt=nhmt; exec \"$nhmt\" ${arguments}'";

  # Non-empty parts, one empty line between them, one newline at the end.
  paragraphs =
    parts:
    let
      trimmed = map (lib.removeSuffix "\n") (builtins.filter (p: p != "" && p != "\n") parts);
    in
    lib.concatStringsSep "\n\n" trimmed + lib.optionalString (trimmed != [ ]) "\n";
}
