# Directories that go to the store without all that is in them.
{ lib }:
let
  inherit (builtins)
    any
    elem
    elemAt
    filter
    isList
    isString
    length
    match
    split
    ;
  inherit (lib) hasPrefix hasSuffix removePrefix;

  # What a source is made of, also of one that is filtered already.
  taken =
    src:
    if src ? _isLibCleanSourceWith then
      { inherit (src) origSrc filter name; }
    else
      {
        origSrc = src;
        filter = _: _: true;
        name = "source";
      };
  source =
    {
      origSrc,
      filter,
      name,
    }@parts:
    parts
    // {
      _isLibCleanSourceWith = true;
      outPath = builtins.path {
        inherit filter name;
        path = origSrc;
      };
    };

  # "a/*.nix" and "a/**" -> path below the root -> type -> whether it is wanted
  glob =
    pattern:
    let
      parts = filter isString (split "/" pattern);
      n = length parts;
      regex = map (
        part: lib.concatMapStrings (s: if isList s then "[^/]*" else lib.escapeRegex s) (split "\\*+" part)
      ) parts;
      matches = i: name: match (elemAt regex i) name != null;
    in
    path: type:
    let
      names = filter isString (split "/" path);
      go =
        i: j:
        if j >= length names then
          # A directory may lead to what is wanted.
          i >= n || type == "directory" || type == "symlink"
        else if i >= n then
          false
        else if elemAt parts i == "**" then
          i + 1 == n || (if matches (i + 1) (elemAt names j) then go (i + 1) j else go i (j + 1))
        else
          matches i (elemAt names j) && go (i + 1) (j + 1);
    in
    go 0 0;
in
{
  inherit (builtins) filterSource;

  cleanSourceFilter =
    path: type:
    let
      name = baseNameOf path;
    in
    !(
      name == ".git"
      || (
        type == "directory"
        && elem name [
          ".svn"
          "CVS"
          ".hg"
          ".jj"
          ".pijul"
          "_darcs"
        ]
      )
      || any (suffix: hasSuffix suffix name) [
        "~"
        ".o"
        ".so"
      ]
      || match "\\.sw[a-z]" name != null
      || match "\\..*\\.sw[a-z]" name != null
      || (type == "symlink" && hasPrefix "result" name)
      # Sockets and the like, which a store cannot hold.
      || type == "unknown"
    );
  cleanSource =
    src:
    lib.cleanSourceWith {
      inherit src;
      filter = lib.cleanSourceFilter;
    };
  cleanSourceWith =
    {
      src,
      filter ? _: _: true,
      name ? null,
    }:
    let
      inner = taken src;
    in
    source {
      inherit (inner) origSrc;
      filter = path: type: filter path type && inner.filter path type;
      name = if name != null then name else inner.name;
    };
  sourceByRegex =
    src: patterns:
    lib.cleanSourceWith {
      inherit src;
      filter =
        path: _:
        any (p: match p (removePrefix "${toString (taken src).origSrc}/" (toString path)) != null) patterns;
    };
  sourceFilesBySuffices =
    src: suffixes:
    lib.cleanSourceWith {
      inherit src;
      filter = path: type: type == "directory" || any (s: hasSuffix s (baseNameOf path)) suffixes;
    };
  sourceByGlobs =
    src: patterns:
    let
      globs = map glob patterns;
    in
    lib.cleanSourceWith {
      inherit src;
      filter = path: type: any (wanted: wanted (removePrefix "${toString src}/" path) type) globs;
    };
  trace =
    src:
    let
      inner = taken src;
    in
    source (
      inner
      // {
        filter =
          path: type:
          let
            kept = inner.filter path type;
          in
          builtins.trace "${inner.name}.filter ${path} = ${lib.boolToString kept}" kept;
      }
    )
    // {
      satisfiesSubpathInvariant = src.satisfiesSubpathInvariant or false;
    };

  pathHasContext = builtins.hasContext;
  canCleanSource = src: src ? _isLibCleanSourceWith || !(builtins.hasContext (toString src));
  revOrTag =
    rev: tag:
    if tag != null then
      tag
    else if rev != null then
      rev
    else
      "HEAD";
}
