# How many of Home Manager's options nhmt has, tree by tree: a text.
{ checkout, nixpkgsLib }:
let
  inherit (builtins) attrNames concatStringsSep filter length map;
  lib = import nixpkgsLib;
  theirs = import ./names.nix { inherit checkout nixpkgsLib; };
  ours = import ./names.nix { inherit nixpkgsLib; };

  # The core of Home Manager: what is no program's or service's own.
  trees = map (lib.splitString ".") [
    "home" "xdg" "lib" "fonts" "gtk" "dconf" "nix" "nixpkgs" "manual" "news" "programs.home-manager"
    "specialisation" "systemd" "targets.genericLinux" "dbus" "xresources" "i18n.glibcLocales" "submoduleSupport" "uninstall"
  ];

  # What nhmt does otherwise, and why; the reasons are on the page of it,
  # docs/architecture.md, "Decisions that may surprise".
  otherwise = import ./otherwise.nix;
  reason = name: lib.findFirst (r: lib.hasPrefix r name) null (attrNames otherwise);

  compare =
    path:
    let
      want = theirs.tree path;
      have = ours.tree path;
      names = attrNames want;
      missing = filter (name: !(have ? ${name})) names;
      differing = filter (name: have ? ${name} && have.${name} != want.${name}) names;
      line = name: words: "  ${name}${words}${lib.optionalString (reason name != null) "\n      ${otherwise.${reason name}}"}";
      unexplained = filter (name: reason name == null);
    in
    {
      inherit names missing differing;
      open = length (unexplained missing);
      openTypes = length (unexplained differing);
      counts = [
        (concatStringsSep "." path)
        (toString (length names))
        (toString (length names - length missing))
        (toString (length names - length missing - length differing))
      ];
      lines =
        map (name: line name ": missing (${want.${name}})") missing
        ++ map (name: line name ": ${have.${name}}, there ${want.${name}}") differing;
    };
  all = map compare trees;
  sum = of: lib.foldl' (n: c: n + length (of c)) 0 all;
  total = sum (c: c.names);
  row = lib.concatImapStringsSep " " (
    n: cell:
    let
      room = lib.concatStrings (lib.replicate (lib.max 0 ((if n == 1 then 22 else 8) - lib.stringLength cell)) " ");
    in
    if n == 1 then cell + room else room + cell
  );
in
concatStringsSep "\n" (
  [ (row [ "tree" "options" "by name" "by type" ]) ]
  ++ map (c: row c.counts) all
  ++ [
    (row [
      "all"
      (toString total)
      (toString (total - sum (c: c.missing)))
      (toString (total - sum (c: c.missing) - sum (c: c.differing)))
    ])
    ""
  ]
  ++ lib.concatMap (c: c.lines) all
  ++ [
    ""
    "Without a reason given: ${toString (lib.foldl' (n: c: n + c.open) 0 all)} missing, ${toString (lib.foldl' (n: c: n + c.openTypes) 0 all)} of another type."
    ""
  ]
)
