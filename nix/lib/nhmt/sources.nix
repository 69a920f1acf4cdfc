# Sources of files, on their way into the Nix store.
{ lib }:
let
  inherit (builtins)
    head
    isString
    match
    storeDir
    substring
    stringLength
    ;

  store = lib.escapeRegex storeDir;
  inStore = s: match "${store}/[0-9a-z]{32}-.+" s != null;
  storePathOf = s: head (match "(${store}/[0-9a-z]{32}-[^/]+).*" s);
in
rec {
  # A store name takes letters, digits and +._?=- only, and no leading dot
  # (Nix manual, "Store path"; 211 bytes at most): `foo@.service`, `a b`, `#x#`
  # and names in other scripts become legal ones.
  storeName =
    name:
    let
      clean = builtins.concatStringsSep "-" (
        builtins.filter (p: isString p && p != "") (
          builtins.split "[^a-zA-Z0-9+._?=-]+" (builtins.unsafeDiscardStringContext name)
        )
      );
      bare = head (match "\\.*(.*)" clean);
      n = stringLength bare;
      short = if n > 120 then substring (n - 120) 120 bare else bare;
      final = head (match "[.]*(.*)" short);
    in
    if final == "" then "file" else final;

  # Path or string -> string with context of something in the store. `missing`
  # (absolute path -> message) says who wants it.
  toStore =
    missing: source:
    let
      s = toString source;
      plain = builtins.unsafeDiscardStringContext s;
    in
    if builtins.hasContext s then
      s
    else if isString source && inStore plain then
      # A reference must keep what it names alive; text alone does not.
      builtins.appendContext plain { ${storePathOf plain}.path = true; }
    else if !(builtins.pathExists source) then
      throw (missing plain)
    else
      builtins.path {
        path = source;
        name = storeName (baseNameOf plain);
      };

  # option -> where it is declared -> path -> message
  missing =
    option: places: path:
    let
      inFlake = match "${store}/[0-9a-z]{32}-[^/]+/(.+)" path;
    in
    ''
      missing source of ${option} at ${places}
        There is no ${path}''
    + lib.optionalString (inFlake != null) (
      "\n  The configuration lies in a flake's copy, which holds only files that git tracks. If the file exists beside it, run:"
      + "\n    git add -N ${lib.escapeShellArg (head inFlake)}"
    );
}
