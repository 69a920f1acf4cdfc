# Attribute sets.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    foldl'
    head
    isAttrs
    length
    listToAttrs
    mapAttrs
    tail
    zipAttrsWith
    elemAt
    ;
in
{
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  attrByPath =
    path: fallback: set:
    let
      n = length path;
      go =
        i: s:
        if i == n then
          s
        else
          let
            name = elemAt path i;
          in
          if s ? ${name} then go (i + 1) s.${name} else fallback;
    in
    go 0 set;
  hasAttrByPath =
    path: set:
    let
      n = length path;
      go = i: s: i == n || (s ? ${elemAt path i} && go (i + 1) s.${elemAt path i});
    in
    go 0 set;
  getAttrFromPath =
    path: set:
    lib.attrByPath path (abort "cannot find attribute '${builtins.concatStringsSep "." path}'") set;
  longestValidPathPrefix =
    path: set:
    let
      n = length path;
      go = i: s: if i < n && s ? ${elemAt path i} then go (i + 1) s.${elemAt path i} else i;
    in
    lib.take (go 0 set) path;
  setAttrByPath = path: value: lib.foldr (name: v: { ${name} = v; }) value path;
  attrVals = names: set: map (n: set.${n}) names;
  getAttrs = names: set: lib.genAttrs names (n: set.${n});
  nameValuePair = name: value: { inherit name value; };
  genAttrs =
    names: f:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  genAttrs' = xs: f: listToAttrs (map f xs);
  mapAttrs' = f: set: listToAttrs (map (n: f n set.${n}) (attrNames set));
  mapAttrsToList = f: set: map (n: f n set.${n}) (attrNames set);
  attrsToList = lib.mapAttrsToList lib.nameValuePair;
  concatMapAttrs = f: set: lib.mergeAttrsList (lib.mapAttrsToList f set);
  # By halves: a fold would copy what it has for each further set.
  mergeAttrsList =
    sets:
    let
      merge =
        start: end:
        if end - start == 1 then
          elemAt sets start
        else
          let
            middle = (start + end) / 2;
          in
          merge start middle // merge middle end;
    in
    if sets == [ ] then { } else merge 0 (length sets);
  filterAttrs = p: set: removeAttrs set (builtins.filter (n: !(p n set.${n})) (attrNames set));
  filterAttrsRecursive =
    p: set:
    mapAttrs (_: v: if isAttrs v then lib.filterAttrsRecursive p v else v) (lib.filterAttrs p set);
  foldlAttrs =
    f: init: set:
    foldl' (acc: n: f acc n set.${n}) init (attrNames set);
  foldAttrs =
    op: nul: sets:
    foldl' (acc: set: acc // mapAttrs (n: v: op v (acc.${n} or nul)) set) { } (lib.reverseList sets);
  mapAttrsRecursive = lib.mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    cond: f: set:
    let
      go =
        path: mapAttrs (n: v: if isAttrs v && cond v then go (path ++ [ n ]) v else f (path ++ [ n ]) v);
    in
    go [ ] set;
  mapAttrsToListRecursive = lib.mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    cond: f: set:
    let
      go =
        path: s:
        concatMap (
          n:
          let
            here = path ++ [ n ];
            v = s.${n};
          in
          if isAttrs v && cond here v then go here v else [ (f here v) ]
        ) (attrNames s);
    in
    go [ ] set;
  collect =
    p: v:
    if p v then
      [ v ]
    else if isAttrs v then
      concatMap (lib.collect p) (builtins.attrValues v)
    else
      [ ];
  cartesianProduct = foldlSets: lib.mapCartesianProduct lib.id foldlSets;
  mapCartesianProduct =
    f: sets:
    map f (
      foldl' (acc: n: concatMap (base: map (v: base // { ${n} = v; }) sets.${n}) acc) [ { } ] (
        attrNames sets
      )
    );
  zipAttrsWithNames =
    names: f: sets:
    lib.genAttrs names (n: f n (builtins.catAttrs n sets));
  zipAttrs = zipAttrsWith (_: vs: vs);
  recursiveUpdateUntil =
    stop: a: b:
    let
      go =
        path:
        zipAttrsWith (
          n: vs:
          let
            here = path ++ [ n ];
          in
          if length vs == 1 || stop here (elemAt vs 1) (head vs) then head vs else go here vs
        );
    in
    go [ ] [ b a ];
  recursiveUpdate = lib.recursiveUpdateUntil (
    _: a: b:
    !(isAttrs a && isAttrs b)
  );
  overrideExisting = old: new: mapAttrs (n: v: new.${n} or v) old;
  optionalAttrs = condition: set: if condition then set else { };
  matchAttrs =
    pattern: set:
    assert isAttrs pattern;
    builtins.all (
      n:
      set ? ${n}
      && (
        if isAttrs pattern.${n} then
          isAttrs set.${n} && lib.matchAttrs pattern.${n} set.${n}
        else
          pattern.${n} == set.${n}
      )
    ) (attrNames pattern);
  unionOfDisjoint =
    a: b:
    let
      both = builtins.intersectAttrs a b;
      all = builtins.concatStringsSep " " (attrNames both);
    in
    (a // b) // mapAttrs (n: _: throw "unionOfDisjoint: collision on ${n}; complete list: ${all}") both;
  showAttrPath =
    path:
    if path == [ ] then
      "<root attribute path>"
    else
      lib.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;
  # Updates of deeper paths come first, so that an update of a set sees those
  # of its parts; updates of one path come in their order.
  updateManyAttrsByPath =
    updates: set:
    let
      show = path: lib.showAttrPath (lib.take path.depth path.of);
      at =
        depth: exists: v: updates:
        let
          split = builtins.partition (u: length u.path == depth) updates;
          below = builtins.groupBy (u: elemAt u.path depth) split.wrong;
          some = {
            of = (head updates).path;
            inherit depth;
          };
          inner =
            if split.wrong == [ ] then
              if exists then
                v
              else
                throw "updateManyAttrsByPath: Path '${show some}' does not exist in the given value, but the first update to this path tries to access the existing value."
            else if !exists then
              mapAttrs (_: at (depth + 1) false null) below
            else if isAttrs v then
              v // mapAttrs (n: at (depth + 1) (v ? ${n}) v.${n}) below
            else
              throw "updateManyAttrsByPath: Path '${lib.showAttrPath (head split.wrong).path}' needs to be updated, but path '${show some}' of the given value is not an attribute set, so we can't update an attribute inside of it.";
        in
        lib.foldl (v: u: u.update v) inner split.right;
    in
    at 0 true set updates;

  isDerivation = v: v.type or null == "derivation";
  toDerivation =
    path:
    let
      path' = builtins.storePath path;
    in
    {
      type = "derivation";
      name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf path'));
      outPath = path';
      outputs = [ "out" ];
      out = lib.toDerivation path;
      outputName = "out";
    };
  getOutput =
    output: pkg: if pkg.outputSpecified or false then pkg else pkg.${output} or pkg.out or pkg;
  getFirstOutput =
    candidates: pkg:
    let
      found = builtins.filter (o: pkg ? ${o}) candidates;
    in
    if pkg.outputSpecified or false || found == [ ] then pkg else pkg.${head found};
  getBin = lib.getOutput "bin";
  getLib = lib.getOutput "lib";
  getDev = lib.getOutput "dev";
  getMan = lib.getOutput "man";
  getStatic = lib.getFirstOutput [
    "static"
    "lib"
    "out"
  ];
  getInclude = lib.getFirstOutput [
    "include"
    "dev"
    "out"
  ];
  chooseDevOutputs = map lib.getDev;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
