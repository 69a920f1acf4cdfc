# Lines of keys and values, and INI files of them.
{ lib }:
let
  inherit (builtins) concatLists concatStringsSep isList;
  inherit (lib.generators)
    mkKeyValueDefault
    mkValueStringDefault
    toINI
    toKeyValue
    ;
in
{
  mkValueStringDefault =
    { }:
    v:
    let
      refuse =
        what:
        abort "generators.mkValueStringDefault: ${what} not supported: ${lib.generators.toPretty { } v}";
      show = {
        int = toString;
        string = lib.id;
        bool = lib.boolToString;
        null = _: "null";
        float = lib.strings.floatToString;
        set = v: if lib.isDerivation v then toString v else refuse "attrsets";
        list = _: refuse "lists";
        lambda = _: refuse "functions";
      };
    in
    (show.${builtins.typeOf v} or (_: refuse "this value is")) v;

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    sep: k: v:
    "${lib.escape [ sep ] k}${sep}${mkValueString v}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    let
      line = k: v: indent + mkKeyValue k v + "\n";
      lines = k: v: if listsAsDuplicateKeys && isList v then map (line k) v else [ (line k v) ];
    in
    set: concatStringsSep "" (concatLists (lib.mapAttrsToList lines set));

  toINI =
    {
      mkSectionName ? lib.escape [
        "["
        "]"
      ],
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    let
      values = toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; };
    in
    sections:
    concatStringsSep "\n" (
      lib.mapAttrsToList (name: set: "[${mkSectionName name}]\n" + values set) sections
    );

  toINIWithGlobalSection =
    {
      mkSectionName ? lib.escape [
        "["
        "]"
      ],
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    {
      globalSection,
      sections ? { },
    }:
    lib.optionalString (globalSection != { }) (
      toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection + "\n"
    )
    + toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;
}
