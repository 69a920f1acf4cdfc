# Sets in which some values are entries of a graph, as text in its order.
{ lib }:
let
  inherit (builtins)
    any
    attrValues
    concatMap
    concatStringsSep
    isAttrs
    isList
    isPath
    mapAttrs
    toJSON
    ;
  inherit (lib.hm.dag) entryAnywhere isEntry topoSort;

  cycle = "Dependency cycle in DAG entries";
  isOrdered = v: isEntry v && (v.after != [ ] || v.before != [ ]);
  hasOrdered = set: any isOrdered (attrValues set);

  sorted =
    message: dag:
    let
      found = topoSort dag;
    in
    map (entry: lib.nameValuePair entry.name entry.data) (
      found.result or (abort "${message}: ${toJSON found}")
    );
  # What has no order stays a plain value, also when it looks like an entry.
  pairs =
    message: set:
    if hasOrdered set then
      sorted message (mapAttrs (_: v: if isOrdered v then v else entryAnywhere v) set)
    else
      lib.attrsToList set;
in
rec {
  isDAGEntryWithOrdering = isOrdered;
  hasDAGEntryWithOrdering = hasOrdered;
  sortDAGEntries =
    {
      cycleErrorMessage ? cycle,
    }:
    set: sorted cycleErrorMessage (mapAttrs (_: v: if isEntry v then v else entryAnywhere v) set);
  toDAGOrderedAttrs =
    {
      cycleErrorMessage ? cycle,
    }:
    pairs cycleErrorMessage;

  toDAGOrderedText =
    {
      renderAttrs,
      renderList,
      renderValue,
      cycleErrorMessage ? cycle,
    }:
    let
      go =
        v:
        if lib.isDerivation v || isPath v then
          renderValue v
        else if isAttrs v then
          renderAttrs (map (p: p // { value = go p.value; }) (pairs cycleErrorMessage v))
        else if isList v then
          renderList (map go v)
        else
          renderValue v;
    in
    go;
  toDAGOrderedJsonText =
    {
      cycleErrorMessage ? cycle,
    }:
    toDAGOrderedText {
      inherit cycleErrorMessage;
      renderValue = toJSON;
      renderList = items: "[${concatStringsSep "," items}]";
      renderAttrs = items: "{${lib.concatMapStringsSep "," (p: "${toJSON p.name}:${p.value}") items}}";
    };

  toDAGOrderedKeyValue =
    {
      mkKeyValue ? lib.generators.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      indent ? "",
      cycleErrorMessage ? cycle,
    }:
    assert listsAsDuplicateKeys -> listToValue == null;
    set:
    let
      one = v: if listToValue != null && isList v then listToValue v else v;
      values = v: if listsAsDuplicateKeys then lib.toList v else [ (one v) ];
      lines = p: map (v: indent + mkKeyValue p.name v + "\n") (values p.value);
    in
    lib.concatStrings (concatMap lines (pairs cycleErrorMessage set));
  toDAGOrderedINI =
    {
      mkSectionName ? lib.escape [
        "["
        "]"
      ],
      mkKeyValue ? lib.generators.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      cycleErrorMessage ? "Dependency cycle in INI sections",
    }:
    assert listsAsDuplicateKeys -> listToValue == null;
    sections:
    let
      values = toDAGOrderedKeyValue {
        inherit
          cycleErrorMessage
          listToValue
          listsAsDuplicateKeys
          mkKeyValue
          ;
      };
    in
    lib.concatMapStringsSep "\n" (section: "[${mkSectionName section.name}]\n" + values section.value) (
      pairs cycleErrorMessage sections
    );
}
