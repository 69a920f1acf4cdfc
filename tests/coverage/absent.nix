# The text of modules/absent/home-manager.nix.
{ checkout, nixpkgsLib }:
let
  lib = import nixpkgsLib;
  theirs = import ./names.nix { inherit checkout nixpkgsLib; };
  ours = import ./names.nix { inherit nixpkgsLib; };

  # Words in lines of at most 100 characters; none has a space or is broken.
  wrapped =
    words:
    let
      add =
        done: word:
        if lib.stringLength done.line + lib.stringLength word > 94 then
          { lines = done.lines ++ [ done.line ]; line = word; }
        else
          done // { line = if done.line == "" then word else "${done.line} ${word}"; };
      all = lib.foldl' add { lines = [ ]; line = ""; } words;
    in
    lib.concatMapStrings (line: "    ${line}\n") (all.lines ++ [ all.line ]);
  # Of programs and services that nhmt has, what it lacks.
  parts =
    group:
    lib.concatMap (name: lib.subtractLists (ours.outer [ group name ]) (theirs.outer [ group name ])) (
      lib.intersectLists ours.${group} theirs.${group}
    );
  # What the module system declares itself.
  own = [ "assertions" "warnings" "meta" "lib" "home-files" ];
in
''
  # Home Manager's options, by name: what no module of nhmt declares is absent.
  # Names only, written by tests/coverage/absent; the value of an entry of
  # nhmt.absentOptions says what to do.
  { lib }:
  let
    words = text: builtins.filter (w: builtins.isString w && w != "") (builtins.split "[ \n]+" text);
    programs = words ${"''"}
  ${wrapped theirs.programs}  ${"''"};
    services = words ${"''"}
  ${wrapped theirs.services}  ${"''"};
    others = words ${"''"}
  ${wrapped (parts "programs" ++ parts "services" ++ lib.subtractLists (ours.others ++ own) theirs.others)}  ${"''"};
  in
  map (n: "programs.''${n}") programs ++ map (n: "services.''${n}") services ++ others
''
