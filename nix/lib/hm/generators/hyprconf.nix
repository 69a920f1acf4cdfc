# Hyprland's configuration. What starts with an important prefix comes first,
# then sections, then the other fields.
{ lib }:
let
  inherit (builtins)
    all
    any
    concatStringsSep
    isAttrs
    isList
    ;
  inherit (lib)
    concatStrings
    filterAttrs
    hasPrefix
    mapAttrsToList
    ;
in
{
  toHyprconf =
    {
      attrs,
      indentLevel ? 0,
      importantPrefixes ? [ "$" ],
    }:
    let
      isImportant = name: any (prefix: hasPrefix prefix name) importantPrefixes;
      isSection = v: isAttrs v || isList v;
      fields =
        indent:
        lib.generators.toKeyValue {
          listsAsDuplicateKeys = true;
          inherit indent;
        };

      section =
        indent: name: v:
        if isList v then
          concatStringsSep (if all isAttrs v then "\n" else "") (map (section indent name) v)
        else if isAttrs v then
          "${indent}${name} {\n${body "  ${indent}" v}${indent}}\n"
        else
          body indent { ${name} = v; };
      body =
        indent: set:
        let
          where = p: filterAttrs p set;
        in
        fields indent (where (n: _: isImportant n))
        + concatStringsSep "\n" (
          mapAttrsToList (section indent) (where (n: v: isSection v && !isImportant n))
        )
        + fields indent (where (n: v: !(isSection v || isImportant n)));
    in
    body (concatStrings (lib.replicate indentLevel "  ")) attrs;
}
