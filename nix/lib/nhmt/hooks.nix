# The order of what runs after a switch.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    hasAttr
    mapAttrs
    ;
  inherit (import ../hm/dag.nix { inherit lib; })
    entryAfter
    entryAnywhere
    entryBefore
    topoSort
    ;

  # The names that Home Manager has for points of its own run. nhmt does what
  # they stand for before any hook runs; here they order hooks among each other.
  points = mapAttrs (_: point: point "") {
    checkLinkTargets = entryBefore [ "writeBoundary" ];
    checkFilesChanged = entryBefore [ "linkGeneration" ];
    writeBoundary = entryAnywhere;
    installPackages = entryAfter [ "writeBoundary" ];
    linkGeneration = entryAfter [ "writeBoundary" ];
    onFilesChange = entryAfter [ "linkGeneration" ];
    reloadSystemd = entryAfter [ "linkGeneration" ];
    setupLaunchAgents = entryAfter [ "writeBoundary" ];
    dconfSettings = entryAfter [ "installPackages" ];
  };

  # cycle, loops (as topoSort gives them) -> the names that go round, each
  # after the next, and the last after the first
  ring =
    cycle: loops:
    let
      start = (builtins.head loops).name;
      from = names: if builtins.head names == start then names else from (builtins.tail names);
    in
    from (map (node: node.name) cycle);
in
{
  inherit points;

  # entries -> points -> the names of those that have to run before one of them
  leading =
    entries: points:
    let
      earlier =
        name:
        filter (other: entries ? ${other}) entries.${name}.after
        ++ filter (other: elem name entries.${other}.before) (attrNames entries);
      node = key: { inherit key; };
      reached = builtins.genericClosure {
        startSet = map node (filter (name: entries ? ${name}) points);
        operator = { key }: map node (earlier key);
      };
    in
    filter (name: !(elem name points)) (map (n: n.key) reached);

  # option's name -> name -> places (for messages) -> entries -> hooks in
  # running order, each with those that it waits for
  order =
    option: places: entries:
    let
      # An entry in the place of a point is both.
      joined = mapAttrs (
        name: point:
        if entries ? ${name} then
          entries.${name}
          // {
            after = point.after ++ entries.${name}.after;
            before = point.before ++ entries.${name}.before;
          }
        else
          point
      ) points;
      nodes = entries // joined;
      sorted = topoSort nodes;
      # What has no text only orders others.
      runs = name: entries ? ${name} && builtins.match "[[:space:]]*" entries.${name}.data == null;

      before = mapAttrs (
        name: node:
        filter (other: other != name && hasAttr other nodes) (
          lib.unique (node.after ++ filter (other: elem name nodes.${other}.before) (attrNames nodes))
        )
      ) nodes;
      # Each once: points and what orders without running lead to the same ones.
      awaited = mapAttrs (
        _: names: lib.unique (concatMap (name: if runs name then [ name ] else awaited.${name}) names)
      ) before;

      names = filter runs (map (node: node.name) sorted.result);
      line =
        name:
        "\n  - \"${name}\"" + (if entries ? ${name} then " at ${places name}" else ", a point of the run");
      cycle = throw ''
        a cycle in ${option}: each of these comes after the next, and the last after the first${lib.concatMapStrings line (ring sorted.cycle sorted.loops)}
          Drop what does not hold from their `after' and `before'.'';
    in
    if sorted ? result then
      map (name: {
        inherit name;
        entry = entries.${name};
        after = filter (other: elem other awaited.${name}) names;
      }) names
    else
      cycle;
}
