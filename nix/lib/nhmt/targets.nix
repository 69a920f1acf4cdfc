# Places in the home: relative, normalized, without `..`.
{ lib }:
let
  inherit (builtins) replaceStrings substring stringLength;
  odd = [
    "//"
    "/./"
    "/../"
  ];
  none = [
    ""
    ""
    ""
  ];
in
rec {
  # "a//b/./c/" -> "a/b/c"
  clean =
    t: builtins.concatStringsSep "/" (builtins.filter (c: c != "" && c != ".") (lib.splitString "/" t));

  # An absolute path without `.`, empty parts and a trailing slash; null with
  # `..`, of which only the filesystem knows where it leads.
  absolute =
    path:
    let
      slashed = "${toString path}/";
    in
    if replaceStrings [ "/../" ] [ "" ] slashed != slashed then null else "/${clean slashed}";

  # The nearest directory above a place that is a name of the set; null for none.
  above =
    set: path:
    let
      dir = dirOf path;
    in
    if dir == "." then
      null
    else if set ? ${dir} then
      dir
    else
      above set dir;

  # { home (absolute), base (absolute) } -> option, places (for messages) ->
  # target as it was written -> relative to the home
  relative =
    { home, base }:
    option: places: written:
    let
      prefix = "${home}/";
      n = stringLength prefix;
      absolute = if substring 0 1 written == "/" then written else "${base}/${written}";
      inside = substring n (-1) absolute;
      slashed = "/${inside}/";
      wrong =
        what:
        throw "${what} of ${option} at ${places}\n  target: ${written}\n  A target is a place below ${home}, written relative to ${
          if base == home then "it" else base
        }.";
    in
    if substring 0 n absolute != prefix then
      wrong (
        if absolute == written then "absolute target outside the home" else "target outside the home"
      )
    else if replaceStrings odd none slashed == slashed then
      (if inside == "" then wrong "empty target" else inside)
    else if replaceStrings [ "/../" ] [ "" ] slashed != slashed then
      wrong "target with `..'"
    else if clean inside == "" then
      wrong "empty target"
    else
      clean inside;
}
