# Joining, splitting, trimming, replacing and escaping.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elem
    filter
    genList
    isPath
    isString
    length
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  lower = "abcdefghijklmnopqrstuvwxyz";
  upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  chars = s: genList (i: substring i 1 s) (stringLength s);
  # Regular expressions refuse some bytes; plain slices take any string.
  regexSpecial = chars "\\[{()^$?*+|.";
  keywords = [
    "assert"
    "else"
    "if"
    "in"
    "inherit"
    "let"
    "or"
    "rec"
    "then"
    "with"
  ];

  # A path as an affix never matches: as a string it is a store path.
  pathAffix =
    name: affix: result:
    if isPath affix then
      lib.warn "lib.strings.${name}: the first argument, ${toString affix}, is a path. Only strings are supported; lib.path has functions for paths." result
    else
      result;
in
{
  inherit (builtins)
    appendContext
    compareVersions
    concatStringsSep
    elem
    elemAt
    filter
    fromJSON
    genList
    head
    isAttrs
    isInt
    isList
    isPath
    isString
    match
    parseDrvName
    readFile
    replaceStrings
    split
    storeDir
    stringLength
    substring
    tail
    toJSON
    typeOf
    unsafeDiscardStringContext
    ;
  lowerChars = chars lower;
  upperChars = chars upper;

  stringToCharacters = chars;
  stringAsChars = f: s: concatStringsSep "" (map f (chars s));
  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatLines = xs: concatStringsSep "" (map (x: x + "\n") xs);
  concatMapStrings = f: xs: concatStringsSep "" (map f xs);
  concatMapStringsSep =
    sep: f: xs:
    concatStringsSep sep (map f xs);
  concatImapStrings = f: xs: concatStringsSep "" (lib.imap1 f xs);
  concatImapStringsSep =
    sep: f: xs:
    concatStringsSep sep (lib.imap1 f xs);
  concatMapAttrsStringSep =
    sep: f: set:
    concatStringsSep sep (lib.mapAttrsToList f set);
  intersperse =
    sep: xs:
    if length xs < 2 then
      xs
    else
      builtins.tail (
        builtins.concatMap (x: [
          sep
          x
        ]) xs
      );
  optionalString = condition: s: if condition then s else "";
  replicate = n: s: concatStringsSep "" (lib.lists.replicate n s);
  addContextFrom = src: target: substring 0 0 src + target;
  fileContents = path: lib.removeSuffix "\n" (builtins.readFile path);

  hasPrefix = prefix: s: pathAffix "hasPrefix" prefix (substring 0 (stringLength prefix) s == prefix);
  hasSuffix =
    suffix: s:
    let
      n = stringLength s;
      k = stringLength suffix;
    in
    pathAffix "hasSuffix" suffix (n >= k && substring (n - k) k s == suffix);
  # Not by a regular expression: those of Nix overflow the stack on long text.
  hasInfix =
    infix: s:
    pathAffix "hasInfix" infix (infix == "" || replaceStrings [ "${infix}" ] [ "" ] "${s}" != "${s}");
  removePrefix =
    prefix: s:
    let
      k = stringLength prefix;
    in
    pathAffix "removePrefix" prefix (if substring 0 k s == prefix then substring k (-1) s else s);
  removeSuffix =
    suffix: s:
    let
      n = stringLength s - stringLength suffix;
    in
    pathAffix "removeSuffix" suffix (
      if n >= 0 && substring n (stringLength suffix) s == suffix then substring 0 n s else s
    );

  splitString =
    sep: s:
    map (lib.addContextFrom s) (filter isString (split (lib.escapeRegex (toString sep)) (toString s)));
  trim = lib.trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    let
      space = " \t\r\n";
      before = if start then "[${space}]*" else "";
      regex = if end then "${before}(.*[^${space}])[${space}]*" else "${before}(.*)";
    in
    s:
    let
      found = match regex s;
    in
    if found == null then "" else builtins.head found;

  toLower = replaceStrings (chars upper) (chars lower);
  toUpper = replaceStrings (chars lower) (chars upper);
  replaceString = from: to: replaceStrings [ from ] [ to ];
  escape = list: replaceStrings list (map (c: "\\${c}") list);
  escapeRegex = lib.escape regexSpecial;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeNixString = s: lib.escape [ "$" ] (builtins.toJSON s);
  escapeNixIdentifier =
    s:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null && !(elem s keywords) then
      s
    else
      lib.strings.escapeNixString s;

  isStringLike = x: isString x || isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString =
    x:
    lib.isStringLike x
    || elem (builtins.typeOf x) [
      "null"
      "int"
      "float"
      "bool"
    ]
    || (builtins.isList x && builtins.all lib.strings.isConvertibleWithToString x);
}
