# How far strings are from each other.
{ lib }:
let
  inherit (builtins)
    elemAt
    foldl'
    genList
    head
    length
    stringLength
    substring
    ;
  # How many places in a row `same` holds for, from 0.
  run =
    limit: same:
    let
      go = i: if i < limit && same i then go (i + 1) else i;
    in
    go 0;
  shorter = a: b: lib.min (stringLength a) (stringLength b);
in
{
  commonPrefixLength = a: b: run (shorter a b) (i: substring i 1 a == substring i 1 b);
  commonSuffixLength =
    a: b:
    let
      at = s: i: substring (stringLength s - i - 1) 1 s;
    in
    run (shorter a b) (i: at a i == at b i);

  # Row by row: each row needs only the one above it.
  levenshtein =
    a: b:
    let
      as = lib.stringToCharacters a;
      bs = lib.stringToCharacters b;
      n = length bs;
      step =
        row: ca:
        foldl' (
          acc: j:
          acc
          ++ [
            (lib.min (lib.min (elemAt acc j) (elemAt row (j + 1)) + 1) (
              elemAt row j + (if ca == elemAt bs j then 0 else 1)
            ))
          ]
        ) [ (head row + 1) ] (genList (j: j) n);
    in
    elemAt (foldl' step (genList (j: j) (n + 1)) as) n;

  # What both start and end with does not count, and most pairs differ in
  # length by more than asked for.
  levenshteinAtMost =
    k: a: b:
    let
      start = lib.strings.commonPrefixLength a b;
      rest = s: substring start (-1) s;
      end = lib.strings.commonSuffixLength (rest a) (rest b);
      inner = s: substring start (stringLength s - start - end) s;
      difference = stringLength a - stringLength b;
    in
    if k <= 0 then
      a == b
    else
      difference <= k && -difference <= k && lib.strings.levenshtein (inner a) (inner b) <= k;
}
