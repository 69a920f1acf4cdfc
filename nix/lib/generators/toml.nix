# TOML 1.0. nixpkgs has no generator for it; its `pkgs.formats.toml` runs a
# program in a derivation.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    concatMap
    concatStringsSep
    filter
    fromJSON
    isAttrs
    isFloat
    isList
    isString
    match
    replaceStrings
    toJSON
    ;

  # The escapes of JSON are TOML's, but for one control character that JSON
  # takes as it is.
  string = text: replaceStrings [ delete ] [ "\\u007f" ] (toJSON text);
  delete = fromJSON ''"\u007f"'';
  key = name: if match "[A-Za-z0-9_-]+" name != null then name else string name;
  at = path: concatStringsSep "." (map key path);

  # Old versions of Nix print six digits; more are worked out then.
  float =
    path: f:
    let
      short = toJSON f;
      long = digits f;
      pointed = text: if match "-?[0-9]+" text != null then "${text}.0" else text;
    in
    if f - f != 0.0 then
      throw "lib.generators.toTOML: `${at path}' is not finite"
    else if fromJSON short == f then
      pointed short
    else if fromJSON long == f then
      long
    else
      throw "lib.generators.toTOML: this Nix cannot print the number at `${at path}' exactly\n  Write it as a string, or let nhmt write the file: format = \"toml\" and value.";
  digits =
    f:
    let
      magnitude = if f < 0 then -f else f;
      whole = builtins.floor magnitude;
      step =
        state: _:
        let
          next = state.rest * 10;
          digit = builtins.floor next;
        in
        {
          text = state.text + toString digit;
          rest = next - digit;
        };
      fraction = builtins.foldl' step {
        text = "";
        rest = magnitude - whole;
      } (lib.range 1 17);
    in
    "${if f < 0 then "-" else ""}${toString whole}.${fraction.text}";

  isTable = v: isAttrs v && !(v ? outPath) && !(v ? __toString);
  isTables = v: isList v && v != [ ] && all isTable v;

  inline =
    path: v:
    if v == null then
      throw "lib.generators.toTOML: `${at path}' is null, which TOML has no form for\n  Leave it out: lib.filterAttrs (_: v: v != null)."
    else if isFloat v then
      float path v
    else if isList v then
      "[${concatStringsSep ", " (map (inline path) v)}]"
    else if isTable v then
      "{${concatStringsSep ", " (map (n: "${key n} = ${inline (path ++ [ n ]) v.${n}}") (attrNames v))}}"
    else if builtins.isFunction v then
      throw "lib.generators.toTOML: `${at path}' is a function"
    else if isString v || isAttrs v || builtins.isPath v then
      string "${v}"
    else
      toJSON v;

  # The lines of a table: its own values first, since those behind a header
  # belong to that.
  table =
    path: set:
    let
      names = attrNames set;
      below = n: path ++ [ n ];
      isInline = n: !(isTable set.${n} || isTables set.${n});
      lines = map (n: "${key n} = ${inline (below n) set.${n}}") (filter isInline names);
      inner = concatMap (
        n:
        let
          v = set.${n};
        in
        if isTable v then
          headed "[${at (below n)}]" (below n) v
        else
          concatMap (entry: always "[[${at (below n)}]]" (table (below n) entry)) v
      ) (filter (n: !(isInline n)) names);
    in
    {
      inherit lines inner;
    };
  # A table that has tables alone needs no header.
  headed =
    header: path: set:
    let
      content = table path set;
    in
    if content.lines == [ ] && content.inner != [ ] then content.inner else always header content;
  always =
    header: content: [ (concatStringsSep "\n" ([ header ] ++ content.lines)) ] ++ content.inner;
in
{
  toTOML =
    { }:
    set:
    let
      content = table [ ] set;
      own = if content.lines == [ ] then [ ] else [ (concatStringsSep "\n" content.lines) ];
      parts = own ++ content.inner;
    in
    if !(isTable set) then
      throw "lib.generators.toTOML: a TOML file is a set"
    else
      lib.optionalString (parts != [ ]) (concatStringsSep "\n\n" parts + "\n");
}
