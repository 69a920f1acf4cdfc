# Sources that are links to a working tree.
{
  lib,
  # Where the copies in the store were made from: [ { store; path; } ], absolute.
  roots ? [ ],
}:
let
  inherit (builtins) stringLength substring unsafeDiscardStringContext;
  store = "${builtins.storeDir}/";
  within = top: path: path == top || lib.hasPrefix "${top}/" path;
in
{
  # Path or string -> a source that is live; of what a derivation makes, the
  # place itself: it changes with the derivation only.
  source =
    path:
    let
      # Not a path: that would be copied to the store wherever it is used.
      outPath = toString path;
      isBuilt = builtins.any (of: of ? outputs) (builtins.attrValues (builtins.getContext outPath));
    in
    if isBuilt then
      outPath
    else
      {
        nhmtLive = true;
        inherit outPath;
      };
  isLive = source: source.nhmtLive or false;

  # option, places (for messages) -> source -> its absolute path in the working
  # tree, which is not looked at
  place =
    option: places: source:
    let
      path = unsafeDiscardStringContext (toString source);
      plain = map (root: root // { store = unsafeDiscardStringContext root.store; }) roots;
      root = lib.findFirst (root: within root.store path) null plain;
    in
    if root != null then
      root.path + substring (stringLength root.store) (-1) path
    else if lib.hasPrefix store path then
      throw ''
        a live source in the Nix store: ${option} at ${places}
          ${path} is a copy, and what it was copied from is not known.
          A flake has to lie in a directory: `--flake /home/alice/dotfiles'. Or write the absolute path as a string.''
    else
      path;
}
