# What the module system says when something is wrong. The first line holds
# what and where (`… at /home/alice/home.nix:12`), the following ones the
# details and the remedy.
{ lib }:
let
  inherit (builtins)
    attrNames concatStringsSep elem filter head isAttrs isList isString length map stringLength substring typeOf
    ;
  inherit (lib) showOption;

  article = {
    bool = "a boolean";
    float = "a number with a fraction";
    int = "an integer";
    lambda = "a function";
    list = "a list";
    null = "null";
    path = "a path";
    set = "an attribute set";
    string = "a string";
  };
  indent = s: "  " + builtins.replaceStrings [ "\n" ] [ "\n  " ] s;
  lines = xs: concatStringsSep "\n" (filter (x: x != null) xs);

  # Names by nearness: few edits, or one the beginning of the other.
  nearest =
    name: candidates:
    let
      distance = c: lib.strings.levenshtein (lib.toLower name) (lib.toLower c);
      # Two letters that changed places count as two edits.
      limit = if stringLength name < 4 then 1 else lib.max 2 (stringLength name / 3);
      scored = map (c: { inherit c; d = distance c; }) (
        filter (c: substring 0 1 c != "_" && stringLength c < stringLength name + 8) candidates
      );
      close = filter (s: s.d <= limit || lib.hasPrefix name s.c || lib.hasPrefix s.c name) scored;
    in
    map (s: s.c) (lib.take 3 (builtins.sort (a: b: a.d < b.d) close));

  # The deepest existing set of options on a path, and the first name it lacks.
  gap =
    options: path:
    let
      name = head path;
    in
    if length path > 1 && options ? ${name} && !(lib.isOption options.${name}) then
      let
        below = gap options.${name} (builtins.tail path);
      in
      below // { parents = [ name ] ++ below.parents; }
    else
      {
        inherit name options;
        parents = [ ];
      };
in
rec {
  kind = v: article.${typeOf v};

  # A value on one short line.
  show =
    v:
    let
      full = go 0 v;
      go =
        depth: x:
        if isString x then
          lib.strings.escapeNixString (if stringLength x > 60 then substring 0 60 x + "…" else x)
        else if lib.isDerivation x then
          "<derivation>"
        else if isAttrs x && x ? _type then
          "<${toString x._type}>"
        else if isAttrs x then
          if x == { } then
            "{ }"
          else if depth > 1 then
            "{ … }"
          else
            "{ ${concatStringsSep " " (map (n: "${lib.strings.escapeNixIdentifier n} = ${guarded depth x.${n}};") (lib.take 4 (attrNames x)))}${
              lib.optionalString (length (attrNames x) > 4) " …"
            } }"
        else if isList x then
          if x == [ ] then
            "[ ]"
          else if depth > 1 then
            "[ … ]"
          else
            "[ ${concatStringsSep " " (map (guarded depth) (lib.take 4 x))}${lib.optionalString (length x > 4) " …"} ]"
        else if builtins.isFunction x then
          "<function>"
        else if builtins.isPath x then
          toString x
        else
          builtins.toJSON x;
      # A broken part of a value must not hide the message about the whole.
      guarded =
        depth: x:
        let
          r = builtins.tryEval (go (depth + 1) x);
        in
        if r.success then r.value else "<error>";
    in
    builtins.unsafeDiscardStringContext full;

  # Functions that make definitions; nobody looks for their mistake there.
  makers = toString ../hm + "/";

  # Definition -> "/home/alice/home.nix:12", as exactly as it is known.
  at =
    def:
    let
      pos = def.pos or null;
      file = toString def.file;
    in
    if pos == null || lib.hasPrefix makers pos.file then
      file
    else if pos.file == file || file == lib.unknownModule || lib.hasPrefix "${file}:" pos.file then
      "${pos.file}:${toString pos.line}"
    else
      "${pos.file}:${toString pos.line} (in the module ${file})";

  each = defs: lines (map (d: "  - ${at d}: ${show d.value}") defs);

  wrongType = loc: type: bad: lines [
    "wrong type for the option `${showOption loc}' at ${at (head bad)}"
    "  expected: ${type.description}"
    "  found: ${kind (head bad).value}, ${show (head bad).value}"
    (if length bad > 1 then "  also wrong:\n${each (builtins.tail bad)}" else null)
  ];

  conflict = loc: defs: lines [
    "conflicting definitions of the option `${showOption loc}' at ${concatStringsSep " and " (lib.unique (map at defs))}"
    (each defs)
    "  Keep one of them, or give one precedence with lib.mkForce (or weaken the other with lib.mkDefault)."
  ];

  notUnique = message: loc: defs: lines [
    "the option `${showOption loc}' takes one definition, but has several at ${concatStringsSep " and " (map at defs)}"
    (if message == "" then null else indent message)
    (each defs)
    "  Keep one of them, or give one precedence with lib.mkForce."
  ];

  # The last module in the order of merging was imported first: the user's.
  readOnly =
    loc: defs:
    let
      userFirst = lib.reverseList defs;
    in
    lines [
      "the option `${showOption loc}' is read-only, but set at ${at (head userFirst)}"
      (each userFirst)
      "  Remove the setting: the value is computed."
    ];

  missing = loc: opt: lines [
    "the option `${showOption loc}' has no value, but is needed"
    "  Set it in the configuration: ${showOption loc} = …;${
      lib.optionalString (opt.type.description or null != null) " (${opt.type.description})"
    }"
  ];

  notASet =
    loc: def: names:
    lines [
      "`${showOption loc}' is a set of options, but set to ${kind def.value} at ${at def}"
      "  found: ${show def.value}"
      "  It holds: ${concatStringsSep ", " (lib.take 12 (filter (n: substring 0 1 n != "_") names))}"
    ];

  unknownOption =
    prefix: options: unmatched:
    let
      first = head unmatched;
      place = gap options first.path;
      known = filter (n: n != "_module") (attrNames place.options);
      guesses = nearest place.name known;
      parent = prefix ++ place.parents;
      group = if length parent == 1 then head parent else null;
      shownGuesses = concatStringsSep " or " (map (g: "`${showOption (parent ++ [ g ])}'") guesses);
      others = lib.unique (
        map (u: "  - `${showOption (prefix ++ u.path)}' at ${at u.def}") (lib.take 10 (builtins.tail unmatched))
      );
    in
    lines [
      "unknown option `${showOption (prefix ++ first.path)}' at ${at first.def}"
      (
        if elem group [ "programs" "services" ] then
          "  nhmt has no `${showOption (parent ++ [ place.name ])}'. What it has below `${group}': ${concatStringsSep ", " known}"
        else
          null
      )
      (
        if guesses != [ ] then
          "  Did you mean ${shownGuesses}?"
        else if known != [ ] && length known <= 20 && group == null then
          "  ${if parent == [ ] then "The options are" else "Below `${showOption parent}' there are"}: ${concatStringsSep ", " known}"
        else
          null
      )
      (
        if elem group [ "programs" "services" ] then
          "  Remove the setting, or write the program's file by home.file or xdg.configFile."
        else if known == [ ] then
          "  No module declares options here; a declaration belongs below `options', not `config'."
        else
          "  Correct the name, remove the setting, or import the module that declares it."
      )
      (if others == [ ] then null else "  Also unknown:\n${concatStringsSep "\n" others}")
    ];
}
