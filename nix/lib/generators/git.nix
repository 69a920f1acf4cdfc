# git's configuration.
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    any
    concatMap
    concatStringsSep
    isAttrs
    isList
    isString
    length
    replaceStrings
    ;
  inherit (lib.generators) mkKeyValueDefault mkValueStringDefault toINI;

  isSet = v: isAttrs v && !lib.isDerivation v;

  # "remote.origin" is the subsection "origin"; what has quotes is taken for
  # ready.
  sectionName =
    name:
    let
      parts = lib.splitString "." name;
    in
    if length parts == 1 || lib.hasInfix "\"" name then
      name
    else
      ''${builtins.head parts} "${concatStringsSep "." (builtins.tail parts)}"'';

  quoted = s: ''"${replaceStrings [ "\n" "\t" "\"" "\\" ] [ "\\n" "\\t" "\\\"" "\\\\" ] s}"'';
  line =
    k: v:
    "\t"
    + mkKeyValueDefault {
      mkValueString = v: mkValueStringDefault { } (if isString v then quoted v else v);
    } " = " k v;

  # Sets in sets -> [ { section = { key = value; }; } ], the path of a section
  # with dots between.
  leaves =
    path: v:
    if isSet v then
      concatMap (n: leaves (path ++ [ n ]) v.${n}) (attrNames v)
    else if length path == 1 then
      [ { ${lib.last path} = v; } ]
    else
      [ { ${concatStringsSep "." (lib.init path)}.${lib.last path} = v; } ];
in
{
  toGitINI =
    sections:
    let
      deep = lib.filterAttrs (_: v: isAttrs v && any isSet (attrValues v)) sections;
      flat = removeAttrs sections (attrNames deep) // lib.foldl lib.recursiveUpdate { } (leaves [ ] deep);
    in
    toINI {
      mkSectionName = sectionName;
      mkKeyValue = k: v: if isList v then lib.concatMapStringsSep "\n" (line k) v else line k v;
    } flat;
}
