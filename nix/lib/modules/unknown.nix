# What is said about definitions that no option takes. It works with the
# library of nixpkgs too.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    filter
    head
    isAttrs
    length
    stringLength
    substring
    ;
  inherit (lib) isOption showOption;
  inherit (import ./messages.nix { inherit lib; }) at;

  lines = xs: concatStringsSep "\n" (filter (x: x != null) xs);
  alternatives = concatStringsSep " or ";

  # Names by nearness: few edits, or one the beginning of the other.
  nearest =
    name: candidates:
    let
      letters = s: builtins.sort builtins.lessThan (lib.stringToCharacters s);
      # Two letters that changed places are one slip, but two edits.
      distance =
        c:
        let
          edits = lib.strings.levenshtein (lib.toLower name) (lib.toLower c);
          hasSameLetters = letters (lib.toLower name) == letters (lib.toLower c);
        in
        if edits == 2 && hasSameLetters then 1 else edits;
      limit = if stringLength name < 4 then 1 else lib.max 2 (stringLength name / 3);
      scored = map (c: {
        inherit c;
        d = distance c;
      }) (filter (c: substring 0 1 c != "_" && stringLength c < stringLength name + 8) candidates);
      close = filter (s: s.d <= limit || lib.hasPrefix name s.c || lib.hasPrefix s.c name) scored;
    in
    map (s: s.c) (lib.take 3 (builtins.sort (a: b: a.d < b.d) close));

  # The deepest existing set of options on a path, and the first name it lacks.
  gap =
    options: path:
    let
      name = head path;
      below = gap options.${name} (builtins.tail path);
    in
    if length path > 1 && options ? ${name} && !(isOption options.${name}) then
      below // { parents = [ name ] ++ below.parents; }
    else
      {
        inherit name options;
        parents = [ ];
      };

  # Options of that name anywhere, by path.
  elsewhere =
    name: options:
    let
      go =
        path: set:
        lib.concatMap (
          n:
          let
            r = builtins.tryEval set.${n};
            here = path ++ [ n ];
          in
          if n == "_module" || !r.success || !(isAttrs r.value) then
            [ ]
          else if isOption r.value then
            lib.optional (n == name && !(r.value.internal or false)) here
          else
            lib.optional (n == name) here ++ go here r.value
        ) (attrNames set);
    in
    lib.take 3 (builtins.sort (a: b: length a < length b) (go [ ] options));

  # absent (path -> value -> null, or { path; below; instead; elsewhere; } of the
  # option that is not here on purpose) -> prefix -> options -> [ { path; def; } ] -> message
  unknownOptionIn =
    absent: prefix: options: definitions:
    let
      # Of a set that is unknown as a whole each setting is one, where there is
      # something to say of it.
      parted =
        u:
        let
          inherit (u.def) value;
        in
        if
          length u.path == 1
          && isAttrs value
          && !(value ? _type)
          && length (attrNames value) > 1
          && absent u.path value != null
        then
          map (name: {
            path = u.path ++ [ name ];
            def = u.def // {
              value = value.${name};
            };
          }) (attrNames value)
        else
          [ u ];
      unmatched = lib.concatMap parted definitions;
      first = head unmatched;
      place = gap options first.path;
      parent = prefix ++ place.parents;
      known = filter (n: n != "_module") (attrNames place.options);
      shown = n: "`${showOption (parent ++ [ n ])}'";
      siblings = nearest place.name known;
      guesses =
        if siblings != [ ] then
          map shown siblings
        else
          map (p: "`${showOption (prefix ++ p)}'") (elsewhere place.name options);
      whole =
        u:
        let
          m = absent u.path u.def.value;
        in
        showOption (prefix ++ u.path ++ lib.optionals (m != null) m.below);
      missing = absent first.path first.def.value;
      isTheirs = missing != null && missing.elsewhere;
      others = lib.unique (
        map (u: "  - `${whole u}' at ${at u.def}") (lib.take 10 (builtins.tail unmatched))
      );
    in
    lines [
      "unknown option `${whole first}' at ${at first.def}"
      (
        if missing != null then
          "  nhmt has no `${showOption missing.path}'${lib.optionalString missing.elsewhere ", which is an option of Home Manager"}.${
              lib.optionalString (
                place.parents != [ ] && known != [ ] && length known <= 20
              ) " What it has below `${showOption parent}': ${concatStringsSep ", " known}"
            }"
        else
          null
      )
      (
        if isTheirs then
          null
        else if guesses != [ ] then
          "  Did you mean ${alternatives guesses}?"
        else if missing == null && known != [ ] && length known <= 20 then
          "  ${
              if parent == [ ] then "The options are" else "Below `${showOption parent}' there are"
            }: ${concatStringsSep ", " known}"
        else
          null
      )
      (
        if missing != null then
          "  ${missing.instead}"
        else if known == [ ] then
          "  No module declares options here; a declaration belongs below `options', not `config'."
        else
          "  Correct the name, remove the setting, or import the module that declares it."
      )
      (
        if isTheirs then
          "  Or have Home Manager's own modules evaluate all of it: `--home-manager' for a file, homeConfigurations in a flake."
        else
          null
      )
      (if others == [ ] then null else "  Also unknown:\n${concatStringsSep "\n" others}")
    ];
in
{
  inherit unknownOptionIn;
  unknownOption = unknownOptionIn (_: _: null);
}
