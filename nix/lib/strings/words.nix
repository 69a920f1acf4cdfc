# Words in other spellings.
{ lib }:
let
  inherit (builtins)
    concatMap
    elem
    genList
    head
    isString
    match
    stringLength
    substring
    tail
    ;
  onlyStrings =
    name: s:
    lib.throwIfNot (isString s) "${name} does only accepts string values, but got ${builtins.typeOf s}";
in
{
  # (previous -> current -> whether a part ends before current) -> whether
  # current stays -> text -> parts
  splitStringBy =
    splits: keep: s:
    let
      n = stringLength s;
      at = i: substring i 1 s;
      # The places where a new part starts.
      starts = builtins.filter (i: splits (if i == 0 then "" else at (i - 1)) (at i)) (genList (i: i) n);
      ends = starts ++ [ n ];
      part =
        i:
        let
          from = if i == 0 then 0 else builtins.elemAt starts (i - 1) + (if keep then 0 else 1);
        in
        substring from (builtins.elemAt ends i - from) s;
    in
    genList part (builtins.length ends);

  toSentenceCase =
    s:
    onlyStrings "toSentenceCase" s (
      lib.addContextFrom s (lib.toUpper (substring 0 1 s) + lib.toLower (substring 1 (-1) s))
    );

  toCamelCase =
    s:
    let
      hump = a: b: match "[a-z]" a != null && match "[A-Z]" b != null;
      words = concatMap (lib.splitStringBy hump true) (
        lib.splitStringBy (
          _: c:
          elem c [
            "-"
            "_"
            " "
          ]
        ) false s
      );
    in
    onlyStrings "toCamelCase" s (
      lib.addContextFrom s (
        lib.toLower (head words) + lib.concatMapStrings lib.toSentenceCase (tail words)
      )
    );
}
