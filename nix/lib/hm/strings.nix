# Names in the store, and spellings of names.
{ lib }:
let
  inherit (builtins)
    filter
    isString
    match
    split
    ;
  is = pattern: s: match pattern s != null;
in
rec {
  # "-" goes, too: before a digit it would start a version.
  storeFileName =
    path:
    "hm_"
    + lib.addContextFrom path (lib.concatStrings (filter isString (split "[^a-zA-Z0-9+._?=]+" path)));

  toCaseWithSeparator =
    sep: s:
    lib.removePrefix sep (
      lib.concatMapStrings (
        part: if isString part then part else sep + lib.toLower (builtins.head part)
      ) (split "([A-Z])" s)
    );
  toSnakeCase = toCaseWithSeparator "_";
  toKebabCase = toCaseWithSeparator "-";

  isCamelCase = is "[a-z]+([A-Z][a-z0-9]*)+";
  isPascalCase = is "[A-Z][a-z0-9]*([A-Z][a-z0-9]*)*";
  isSnakeCase = is "[a-z0-9]+(_[a-z0-9]+)*";
  isKebabCase = is "[a-z0-9]+(-[a-z0-9]+)*";
  isScreamingSnakeCase = is "[A-Z0-9]+(_[A-Z0-9]+)*";

  # A path, something in the store by name, or a package.
  isPathLike =
    v:
    builtins.isPath v || (isString v && lib.hasPrefix "${builtins.storeDir}/" v) || lib.isDerivation v;
}
