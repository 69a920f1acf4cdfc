# Attribute sets.
{ lib }:
let
  inherit (builtins)
    attrNames concatMap foldl' head isAttrs length listToAttrs mapAttrs tail zipAttrsWith elemAt
    ;
in
{
  inherit (builtins)
    attrNames attrValues catAttrs getAttr hasAttr intersectAttrs isAttrs listToAttrs mapAttrs removeAttrs
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
    lib.attrByPath path (throw "cannot find attribute `${builtins.concatStringsSep "." path}'") set;
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
  mergeAttrsList = foldl' (a: b: a // b) { };
  filterAttrs = p: set: removeAttrs set (builtins.filter (n: !(p n set.${n})) (attrNames set));
  filterAttrsRecursive =
    p: set: mapAttrs (_: v: if isAttrs v then lib.filterAttrsRecursive p v else v) (lib.filterAttrs p set);
  foldlAttrs = f: init: set: foldl' (acc: n: f acc n set.${n}) init (attrNames set);
  foldAttrs =
    op: nul: sets:
    foldl' (acc: set: acc // mapAttrs (n: v: op v (acc.${n} or nul)) set) { } (lib.reverseList sets);
  mapAttrsRecursive = lib.mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    cond: f: set:
    let
      go = path: mapAttrs (n: v: if isAttrs v && cond v then go (path ++ [ n ]) v else f (path ++ [ n ]) v);
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
    if p v then [ v ] else if isAttrs v then concatMap (lib.collect p) (builtins.attrValues v) else [ ];
  cartesianProduct = foldlSets: lib.mapCartesianProduct lib.id foldlSets;
  mapCartesianProduct =
    f: sets:
    map f (
      foldl' (acc: n: concatMap (base: map (v: base // { ${n} = v; }) sets.${n}) acc) [ { } ] (attrNames sets)
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
  recursiveUpdate = lib.recursiveUpdateUntil (_: a: b: !(isAttrs a && isAttrs b));
  overrideExisting = old: new: mapAttrs (n: v: new.${n} or v) old;
  optionalAttrs = condition: set: if condition then set else { };
  matchAttrs =
    pattern: set:
    builtins.all (
      n: set ? ${n} && (if isAttrs pattern.${n} then isAttrs set.${n} && lib.matchAttrs pattern.${n} set.${n} else pattern.${n} == set.${n})
    ) (attrNames pattern);
  unionOfDisjoint =
    a: b:
    (a // b)
    // mapAttrs (n: _: throw "unionOfDisjoint: the attribute ${n} is in both sets") (builtins.intersectAttrs a b);
  showAttrPath =
    path:
    if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;
  # Longer paths first, so that an update of a set sees those of its parts.
  updateManyAttrsByPath =
    updates: set:
    let
      at =
        path: exists: v: update:
        if path == [ ] then
          (
            if exists then
              update v
            else
              update (throw "while updating attributes: there is none at the path")
          )
        else
          let
            name = head path;
            here = if exists then v else { };
          in
          here // { ${name} = at (tail path) (here ? ${name}) (here.${name} or null) update; };
      inOrder = builtins.sort (a: b: length a.path > length b.path) updates;
    in
    foldl' (s: u: at u.path true s u.update) set inOrder;

  isDerivation = v: v.type or null == "derivation";
  toDerivation =
    path:
    let
      path' = builtins.storePath path;
    in
    {
      type = "derivation";
      name = builtins.unsafeDiscardStringContext (builtins.substring 33 (-1) (baseNameOf path'));
      outPath = path';
      outputs = [ "out" ];
      out = lib.toDerivation path;
      outputName = "out";
    };
  getOutput =
    output: pkg:
    if pkg.outputSpecified or false then pkg else pkg.${output} or pkg.out or pkg;
  getFirstOutput =
    candidates: pkg:
    let
      found = builtins.filter (o: pkg ? ${o}) candidates;
    in
    if pkg.outputSpecified or false || found == [ ] then pkg else pkg.${head found};
  getBin = lib.getOutput "bin";
  getLib = lib.getFirstOutput [ "lib" "out" ];
  getDev = lib.getOutput "dev";
  getMan = lib.getOutput "man";
  getStatic = lib.getFirstOutput [ "static" "lib" "out" ];
  getInclude = lib.getFirstOutput [ "include" "dev" "out" ];
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
