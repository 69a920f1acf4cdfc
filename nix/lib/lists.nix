# Lists.
{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    partition
    tail
    ;
in
{
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  singleton = x: [ x ];
  toList = x: if isList x then x else [ x ];
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  forEach = xs: f: map f xs;
  replicate = n: x: genList (_: x) n;
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  imap0 = f: xs: genList (n: f n (elemAt xs n)) (length xs);
  imap1 = f: xs: genList (n: f (n + 1) (elemAt xs n)) (length xs);
  ifilter0 = p: xs: map (n: elemAt xs n) (filter (n: p n (elemAt xs n)) (genList (n: n) (length xs)));
  reverseList =
    xs:
    let
      n = length xs;
    in
    genList (i: elemAt xs (n - i - 1)) n;
  foldr =
    f: z: xs:
    let
      n = length xs;
      go = i: if i == n then z else f (elemAt xs i) (go (i + 1));
    in
    go 0;
  fold = lib.warn "lib.fold is deprecated; its name now is lib.foldr" lib.foldr;
  # What is built in leaves the first value of the accumulator alone.
  foldl' =
    f: acc: xs:
    builtins.seq acc (foldl' f acc xs);
  foldl =
    f: z: xs:
    let
      go = i: if i < 0 then z else f (go (i - 1)) (elemAt xs i);
    in
    go (length xs - 1);
  flatten = x: if isList x then concatMap lib.flatten x else [ x ];
  remove = e: filter (x: x != e);
  count = p: foldl' (n: x: if p x then n + 1 else n) 0;
  findFirst =
    p: fallback: xs:
    let
      i = lib.lists.findFirstIndex p null xs;
    in
    if i == null then fallback else elemAt xs i;
  # A fold, not a recursion: long lists must not overflow the stack.
  findFirstIndex =
    p: fallback: xs:
    let
      n = length xs;
      i = foldl' (
        i: x:
        if i >= 0 then
          i
        else if p x then
          -i - 1
        else
          i - 1
      ) (-1) xs;
    in
    if i < 0 || n == 0 then fallback else i;
  findSingle =
    p: none: several: xs:
    let
      found = filter p xs;
    in
    if found == [ ] then
      none
    else if length found > 1 then
      several
    else
      head found;
  last =
    xs:
    assert lib.assertMsg (xs != [ ]) "lists.last: list must not be empty!";
    elemAt xs (length xs - 1);
  init =
    xs:
    assert lib.assertMsg (xs != [ ]) "lists.init: list must not be empty!";
    lib.take (length xs - 1) xs;
  sublist =
    start: count: xs:
    let
      n = length xs;
    in
    genList (i: elemAt xs (start + i)) (if start >= n then 0 else lib.min count (n - start));
  take = n: lib.sublist 0 n;
  drop = n: xs: lib.sublist n (length xs) xs;
  takeEnd = n: xs: lib.drop (lib.max 0 (length xs - n)) xs;
  dropEnd = n: xs: lib.take (lib.max 0 (length xs - n)) xs;
  unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
  uniqueStrings = xs: builtins.attrNames (builtins.groupBy (x: x) xs);
  allUnique = xs: length (lib.unique xs) == length xs;
  intersectLists = e: filter (x: elem x e);
  subtractLists = e: filter (x: !(elem x e));
  mutuallyExclusive = a: b: length a == 0 || !(builtins.any (x: elem x a) b);
  zipListsWith =
    f: a: b:
    genList (n: f (elemAt a n) (elemAt b n)) (lib.min (length a) (length b));
  zipLists = lib.zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: lib.foldl (fs: args: concatMap (g: map g args) fs) [ f ];
  groupBy' =
    op: nul: pred: xs:
    builtins.mapAttrs (_: lib.foldl op nul) (builtins.groupBy pred xs);
  compareLists =
    cmp: a: b:
    if a == [ ] then
      (if b == [ ] then 0 else -1)
    else if b == [ ] then
      1
    else
      let
        first = cmp (head a) (head b);
      in
      if first == 0 then lib.compareLists cmp (tail a) (tail b) else first;
  sortOn =
    f: xs:
    map (p: elemAt p 1) (
      builtins.sort (a: b: head a < head b) (
        map (x: [
          (f x)
          x
        ]) xs
      )
    );
  naturalSort =
    xs:
    let
      # Text and numbers take turns, so that what is compared is of one type.
      key =
        s: map (p: if isList p then builtins.fromJSON (head p) else p) (builtins.split "(0|[1-9][0-9]*)" s);
    in
    map (p: p.value) (
      builtins.sort (a: b: lib.compareLists lib.compare a.key b.key < 0) (
        map (value: {
          inherit value;
          key = key value;
        }) xs
      )
    );
  hasPrefix = prefix: xs: lib.take (length prefix) xs == prefix;
  removePrefix =
    prefix: xs:
    if lib.lists.hasPrefix prefix xs then
      lib.drop (length prefix) xs
    else
      throw "lib.lists.removePrefix: the first list is not a prefix of the second";
  commonPrefix =
    a: b:
    let
      n = lib.lists.findFirstIndex (p: p.fst != p.snd) (lib.min (length a) (length b)) (lib.zipLists a b);
    in
    lib.take n a;
  concatAttrValues = set: concatLists (builtins.attrValues set);
  replaceElemAt =
    xs: i: x:
    assert lib.assertMsg (
      i >= 0 && i < length xs
    ) "'lists.replaceElemAt' called with index ${toString i} on a list of size ${toString (length xs)}";
    genList (n: if n == i then x else elemAt xs n) (length xs);

  # stopOnCycles -> (x -> y -> whether x comes before y) -> list -> an element
  # that no other comes before, on the way back from the first one; `visited`
  # are those on the way, `rest` the others.
  listDfs =
    stopOnCycles: before: xs:
    let
      back =
        here: visited: rest:
        let
          round = filter (x: before x here) visited;
          split = partition (x: before x here) rest;
        in
        if stopOnCycles && round != [ ] then
          {
            cycle = here;
            loops = round;
            inherit visited rest;
          }
        else if split.right == [ ] then
          {
            minimal = here;
            inherit visited rest;
          }
        else
          back (head split.right) ([ here ] ++ visited) (tail split.right ++ split.wrong);
    in
    back (head xs) [ ] (tail xs);

  # (x -> y -> whether x comes before y) -> list -> { result; } | { cycle; loops; }
  toposort =
    before: xs:
    let
      found = lib.listDfs true before xs;
      further = lib.toposort before (found.visited ++ found.rest);
    in
    if length xs < 2 then
      { result = xs; }
    else if found ? cycle then
      {
        cycle = lib.reverseList ([ found.cycle ] ++ found.visited);
        inherit (found) loops;
      }
    else if further ? cycle then
      further
    else
      { result = [ found.minimal ] ++ further.result; };
}
