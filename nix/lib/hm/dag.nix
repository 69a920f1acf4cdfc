# Directed acyclic graphs: sets of entries, each with what it comes after and
# what it comes before. A name that no entry has orders nothing.
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    elem
    filter
    head
    isAttrs
    length
    mapAttrs
    partition
    ;

  entryBetween = before: after: data: { inherit data before after; };

  # nodes ({ name; after; … }) -> sorted, or where it goes round.
  #
  # The first node that is left comes next, or, when others have to come before
  # it, the first that nothing has to come before, on the way back from it.
  sort =
    nodes:
    let
      back =
        way: others:
        let
          node = head way;
          split = partition (o: elem o.name node.after) others;
          round = filter (o: elem o.name node.after) (builtins.tail way);
        in
        if round != [ ] then
          {
            cycle = lib.reverseList way;
            loops = round;
          }
        else if split.right == [ ] then
          {
            first = node;
            rest = builtins.tail way ++ others;
          }
        else
          back ([ (head split.right) ] ++ way) (builtins.tail split.right ++ split.wrong);
      found = back [ (head nodes) ] (builtins.tail nodes);
      further = sort found.rest;
    in
    if length nodes < 2 then
      { result = nodes; }
    else if found ? cycle then
      found
    else if further ? cycle then
      further
    else
      { result = [ found.first ] ++ further.result; };

  # tag -> before -> after -> data of each -> entries `tag-0`, `tag-1`, …, each
  # after the one before it; the first after `after`, the last before `before`.
  entriesBetween =
    tag: before: after: datas:
    let
      name = n: "${tag}-${toString n}";
      last = length datas - 1;
    in
    builtins.listToAttrs (
      lib.imap0 (n: data: {
        name = name n;
        value = entryBetween (if n == last then before else [ ]) (
          if n == 0 then after else [ (name (n - 1)) ]
        ) data;
      }) datas
    );

  isEntry = e: isAttrs e && e ? data && e ? after && e ? before;
in
{
  empty = { };
  inherit isEntry;
  isDag = dag: isAttrs dag && builtins.all isEntry (attrValues dag);

  inherit entryBetween;
  entryAnywhere = entryBetween [ ] [ ];
  entryAfter = entryBetween [ ];
  entryBefore = before: entryBetween before [ ];

  inherit entriesBetween;
  entriesAnywhere = tag: entriesBetween tag [ ] [ ];
  entriesAfter = tag: entriesBetween tag [ ];
  entriesBefore = tag: before: entriesBetween tag before [ ];

  # (name -> data -> data) -> entries -> entries
  map = f: mapAttrs (name: entry: entry // { data = f name entry.data; });

  # entries -> { result = [ { name; data; } ]; }
  #          | { cycle = [ { name; data; after; } ]; loops = [ … ]; }
  topoSort =
    dag:
    let
      wantedBefore = name: filter (other: elem name dag.${other}.before) (attrNames dag);
      sorted = sort (
        lib.mapAttrsToList (name: entry: {
          inherit name;
          inherit (entry) data;
          after = entry.after ++ wantedBefore name;
        }) dag
      );
    in
    if sorted ? result then
      { result = map (node: { inherit (node) name data; }) sorted.result; }
    else
      sorted;
}
