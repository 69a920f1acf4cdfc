# Names of packages and store paths, versions, search paths.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    filter
    head
    isString
    match
    parseDrvName
    stringLength
    substring
    ;
in
{
  getName = x: if isString x then (parseDrvName x).name else x.pname or (parseDrvName x.name).name;
  getVersion =
    x: if isString x then (parseDrvName x).version else x.version or (parseDrvName x.name).version;
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !(lib.versionOlder a b);

  makeSearchPath =
    sub: paths: concatStringsSep ":" (map (p: p + "/" + sub) (filter (p: p != null) paths));
  makeSearchPathOutput =
    output: sub: pkgs:
    lib.makeSearchPath sub (map (lib.getOutput output) pkgs);
  makeLibraryPath = lib.makeSearchPathOutput "lib" "lib";
  makeIncludePath = lib.makeSearchPathOutput "dev" "include";
  makeBinPath = lib.makeSearchPathOutput "bin" "bin";

  normalizePath =
    s:
    lib.warnIf (builtins.isPath s)
      "lib.strings.normalizePath: ${toString s} is a path, which Nix has normalized already. Only strings are supported."
      (concatStringsSep "/" (filter isString (builtins.split "/+" s)));
  nameFromURL =
    url: sep:
    let
      file = lib.last (lib.splitString "/" url);
      name = head (lib.splitString sep file);
    in
    assert lib.assertMsg (name != file) "nameFromURL: ${file} has no ${sep}";
    name;

  isStorePath =
    x:
    let
      s = toString x;
    in
    lib.isStringLike x
    && substring 0 1 s == "/"
    # Also what is addressed by its content, as experimental Nix has it.
    && (dirOf s == builtins.storeDir || match "/[0-9a-z]{52}" s != null);

  # What a store name takes: letters, digits and +._?=-, 211 bytes at most, of
  # which ".drv" needs four, and no leading dot.
  sanitizeDerivationName =
    string:
    let
      s = builtins.unsafeDiscardStringContext string;
      clean = lib.concatMapStrings (p: if isString p then p else "-") (
        builtins.split "[^[:alnum:]+._?=-]+" (head (match "\\.*(.*)" s))
      );
      end = substring (lib.max 0 (stringLength clean - 207)) (-1) clean;
    in
    if stringLength string <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" s != null then
      s
    else if end == "" then
      "unknown"
    else
      end;
}
