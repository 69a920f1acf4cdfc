# Strings.
{ lib }:
let
  inherit (builtins)
    concatStringsSep elemAt head isList isString length match replaceStrings split stringLength substring filter
    toJSON
    ;
  lower = "abcdefghijklmnopqrstuvwxyz";
  upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  chars = s: builtins.genList (i: substring i 1 s) (stringLength s);
  # Regular expressions refuse some bytes; plain slices take any string.
  regexSpecial = chars "\\[{()^$?*+|.";
  keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ];
in
{
  inherit (builtins)
    compareVersions concatStringsSep match parseDrvName replaceStrings split splitVersion stringLength substring
    unsafeDiscardStringContext isString baseNameOf dirOf
    ;
  storeDir = builtins.storeDir;
  lowerChars = chars lower;
  upperChars = chars upper;

  stringToCharacters = chars;
  stringAsChars = f: s: concatStringsSep "" (map f (chars s));
  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatLines = xs: concatStringsSep "" (map (x: x + "\n") xs);
  concatMapStrings = f: xs: concatStringsSep "" (map f xs);
  concatMapStringsSep = sep: f: xs: concatStringsSep sep (map f xs);
  concatImapStrings = f: xs: concatStringsSep "" (lib.imap1 f xs);
  concatImapStringsSep = sep: f: xs: concatStringsSep sep (lib.imap1 f xs);
  concatMapAttrsStringSep = sep: f: set: concatStringsSep sep (lib.mapAttrsToList f set);
  intersperse =
    sep: xs:
    if length xs < 2 then xs else lib.tail (builtins.concatMap (x: [ sep x ]) xs);
  optionalString = condition: s: if condition then s else "";
  replicate = n: s: concatStringsSep "" (lib.lists.replicate n s);

  hasPrefix = prefix: s: substring 0 (stringLength prefix) s == prefix;
  hasSuffix =
    suffix: s:
    let
      n = stringLength s;
      k = stringLength suffix;
    in
    n >= k && substring (n - k) k s == suffix;
  hasInfix = infix: s: replaceStrings [ infix ] [ "" ] "${s}" != "${s}" || infix == "";
  removePrefix =
    prefix: s:
    let
      k = stringLength prefix;
    in
    if substring 0 k s == prefix then substring k (-1) s else s;
  removeSuffix =
    suffix: s:
    if lib.hasSuffix suffix s then substring 0 (stringLength s - stringLength suffix) s else s;
  splitString =
    sep: s:
    let
      parts = filter isString (split (lib.escapeRegex (toString sep)) (toString s));
    in
    map (lib.addContextFrom s) parts;
  addContextFrom = src: target: substring 0 0 src + target;
  trim = lib.trimWith { start = true; end = true; };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    s:
    let
      space = " \t\r\n";
      regex =
        if start && end then
          "[${space}]*(.*[^${space}])[${space}]*"
        else if start then
          "[${space}]*(.*)"
        else if end then
          "(.*[^${space}])[${space}]*"
        else
          "(.*)";
      found = match regex s;
    in
    if found == null then "" else head found;
  toLower = replaceStrings (chars upper) (chars lower);
  toUpper = replaceStrings (chars lower) (chars upper);
  toSentenceCase = s: lib.toUpper (substring 0 1 s) + lib.toLower (substring 1 (-1) s);
  escape = list: replaceStrings list (map (c: "\\${c}") list);
  escapeRegex = lib.escape regexSpecial;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeNixString = s: lib.escape [ "$" ] (toJSON s);
  escapeNixIdentifier =
    s: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null && !(builtins.elem s keywords) then s else lib.strings.escapeNixString s;
  replaceString = from: to: replaceStrings [ from ] [ to ];
  fixedWidthString =
    width: filler: s:
    let
      n = stringLength s;
    in
    if n > width then
      throw "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString n})"
    else
      concatStringsSep "" (builtins.genList (_: filler) ((width - n) / stringLength filler)) + s;
  fixedWidthNumber = width: n: lib.fixedWidthString width "0" (toString n);
  floatToString = f: lib.generators.floatString f;

  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString =
    x:
    lib.isStringLike x
    || builtins.elem (builtins.typeOf x) [ "null" "int" "float" "bool" ]
    || (isList x && builtins.all lib.strings.isConvertibleWithToString x);
  isStorePath =
    x:
    if lib.isStringLike x then
      let
        s = toString x;
      in
      substring 0 1 s == "/" && dirOf s == builtins.storeDir
    else
      false;
  toInt = lib.strings.parseInt "toInt" "(0|[1-9][0-9]*)";
  toIntBase10 = lib.strings.parseInt "toIntBase10" "0*([0-9]+)";
  # Which digits a caller takes differs: a leading zero might be meant octal.
  parseInt =
    caller: digits: s:
    let
      parts = match "[ \t]*(-?)${digits}[ \t]*" s;
    in
    if parts == null then
      throw "${caller}: could not convert ${lib.strings.escapeNixString s} to int"
    else
      builtins.fromJSON "${head parts}${lib.defaultTo "0" (builtins.elemAt (match "0*([0-9]+)" (elemAt parts 1)) 0)}";
  fileContents = path: lib.removeSuffix "\n" (builtins.readFile path);

  makeSearchPath = sub: paths: concatStringsSep ":" (map (p: "${p}/${sub}") (filter (p: p != null) paths));
  makeSearchPathOutput = output: sub: pkgs: lib.makeSearchPath sub (map (lib.getOutput output) pkgs);
  makeLibraryPath = lib.makeSearchPathOutput "lib" "lib";
  makeIncludePath = lib.makeSearchPathOutput "dev" "include";
  makeBinPath = lib.makeSearchPathOutput "bin" "bin";

  nameFromURL =
    url: sep:
    let
      components = lib.splitString "/" url;
    in
    head (lib.splitString sep (lib.last components));
  sanitizeDerivationName =
    s:
    let
      clean = concatStringsSep "" (
        map (p: if isList p then "-" else p) (split "[^[:alnum:]+._?=-]+" (builtins.unsafeDiscardStringContext "${s}"))
      );
      stripped = head (match "\\.*(.*)" clean);
      n = stringLength stripped;
      short = if n > 207 then substring (n - 207) 207 stripped else stripped;
    in
    if short == "" then "unknown" else short;
  normalizePath = s: concatStringsSep "/" (filter isString (split "/+" s));

  # Edit distance, row by row: each row needs only the one above it.
  levenshtein =
    a: b:
    let
      as = chars a;
      bs = chars b;
      n = length bs;
      step =
        row: ca:
        builtins.foldl' (
          acc: j:
          acc
          ++ [
            (lib.min (lib.min (elemAt acc j) (elemAt row (j + 1)) + 1) (
              elemAt row j + (if ca == elemAt bs j then 0 else 1)
            ))
          ]
        ) [ (head row + 1) ] (builtins.genList (j: j) n);
    in
    elemAt (builtins.foldl' step (builtins.genList (j: j) (n + 1)) as) n;
  levenshteinAtMost = k: a: b: lib.strings.levenshtein a b <= k;
}
