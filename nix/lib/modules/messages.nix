# What the module system says when something is wrong. The first line holds
# what and where (`… at /home/alice/home.nix:12`), the following ones the
# details and the remedy.
{ lib }:
let
  inherit (builtins)
    any
    attrNames
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isList
    isString
    length
    map
    stringLength
    substring
    typeOf
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
            "{ ${
              concatStringsSep " " (
                map (n: "${lib.strings.escapeNixIdentifier n} = ${guarded depth x.${n}};") (
                  lib.take 4 (attrNames x)
                )
              )
            }${lib.optionalString (length (attrNames x) > 4) " …"} }"
        else if isList x then
          if x == [ ] then
            "[ ]"
          else if depth > 1 then
            "[ … ]"
          else
            "[ ${concatStringsSep " " (map (guarded depth) (lib.take 4 x))}${
              lib.optionalString (length x > 4) " …"
            } ]"
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
  makers = toString ../. + "/";

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

  each = defs: concatStringsSep "\n" (map (d: "  - ${at d}: ${show d.value}") defs);

  wrongType =
    loc: type: bad:
    lines [
      "wrong type for the option `${showOption loc}' at ${at (head bad)}"
      "  expected: ${type.description}"
      "  found: ${kind (head bad).value}, ${show (head bad).value}"
      (if length bad > 1 then "  also wrong:\n${each (builtins.tail bad)}" else null)
      (
        if
          any (
            d:
            elem (d.value._type or null) [
              "if"
              "merge"
              "override"
              "order"
            ]
          ) bad
        then
          "  A property inside of another one is not seen: write lib.mkIf and lib.mkMerge outermost, then lib.mkForce and its like, then lib.mkBefore and its like."
        else
          null
      )
    ];

  incoherentCheck =
    loc: type:
    lines [
      "the type of the option `${showOption loc}' (${type.description}) has a `check' of its own, put in by `//'"
      "  A type with parts checks and merges in one. Write lib.types.addCheck type (value: …) instead of type // { check = …; }."
    ];

  nullAndNot =
    loc: defs:
    lines [
      "the option `${showOption loc}' is both null and not null at ${concatStringsSep " and " (lib.unique (map at defs))}"
      (each defs)
      "  Keep one of them, or give one precedence with lib.mkForce (or weaken the other with lib.mkDefault)."
    ];

  neither =
    loc: types: defs:
    lines [
      "no one type of ${
        concatStringsSep " or " (map (t: "`${t.description}'") types)
      } fits all definitions of the option `${showOption loc}'"
      (each defs)
      "  Keep those of one type, or give one precedence with lib.mkForce."
    ];

  differentTypes =
    loc: defs:
    lines [
      "definitions of different types for the option `${showOption loc}' at ${concatStringsSep " and " (lib.unique (map at defs))}"
      (concatStringsSep "\n" (map (d: "  - ${at d}: ${kind d.value}, ${show d.value}") defs))
      "  Keep those of one type, or give one precedence with lib.mkForce."
    ];

  declaredTwice =
    loc: res: decl: why:
    lines [
      "the option `${showOption loc}' is declared twice, at ${decl._file} and ${lib.showFiles res.declarations}, each with ${why}"
      (
        if why == "types that cannot be merged" then
          "  found: ${res.type.description} and ${decl.options.type.description}"
        else
          null
      )
      "  Declare it once, or leave out of one declaration what both have; types of the same kind (such as submodules and enums) merge."
    ];

  notAnOption =
    loc: d:
    lines [
      "`${showOption loc}' is declared without mkOption at ${d._file}: it is of type `${toString d.options._type}'"
      (
        if d.options._type == "option-type" then
          "  Write the type into an option: ${showOption loc} = lib.mkOption { type = …; };"
        else
          "  expected: lib.mkOption { type = …; }"
      )
    ];

  notDeclarations =
    loc: d:
    lines [
      "`${showOption loc}' is declared as ${kind d.options} at ${d._file}"
      "  found: ${show d.options}"
      "  Below `options' there are sets and lib.mkOption { … }. A value belongs below `config'."
    ];

  optionAndSet =
    loc: options: sets:
    lines [
      "the option `${showOption loc}' at ${
        lib.showFiles (map (d: d._file) options)
      } is also a set of options at ${lib.showFiles (map (d: d._file) sets)}"
      "  its type: ${lib.concatMapStringsSep ", " (d: d.options.type.description or "none") options}"
      (concatStringsSep "\n" (
        lib.concatMap (
          d:
          map (n: "  - ${showOption (loc ++ [ n ])}, declared at ${d._file}") (
            if isAttrs d.options then attrNames d.options else [ ]
          )
        ) sets
      ))
      "  Only an option that is a submodule can have options below it."
    ];

  notAModule =
    file: m:
    lines [
      "not a module, but ${kind m} at ${file}"
      "  found: ${show m}"
      "  A module is a path, an attribute set, or a function that returns one ({ config, lib, ... }: { … })."
    ];

  notAModuleType =
    file: prefix: class: type:
    lines [
      "a value of type `${type}' is imported as a module at ${file}${
        lib.optionalString (prefix != [ ]) ", into `${showOption prefix}'"
      }"
      (
        if type == "configuration" then
          "  It is a finished configuration: import the modules that it was made of."
        else if type == "flake" then
          "  It is a flake: import one of its modules, such as inputs.it.homeModules.default${
              lib.optionalString (class != null) " or inputs.it.modules.${class}.default"
            }."
        else if type == "option" || type == "option-type" then
          "  Declare it below `options'."
        else
          "  A property belongs below `config': { config = lib.mk… …; }"
      )
    ];

  straySettings =
    file: names:
    lines [
      "the module at ${file} has `${head names}' beside `config' or `options'"
      "  Once a module has one of these two, every setting belongs below `config'. Move there: ${toString names}"
    ];

  missingArgument =
    key: name:
    lines [
      "no module argument `${name}' at ${key}"
      "  The module asks for it between its braces. Remove it there, or provide it by extraSpecialArgs or by _module.args.${name}."
    ];

  missingImport =
    file: path:
    lines [
      "missing import${if file == lib.unknownModule then "" else " at ${file}"}"
      "  There is no ${path}"
      "  Create the file, or correct the path: a relative one is relative to the file that it stands in."
    ];

  wrongClass =
    class: m:
    lines [
      "the module at ${m._file} is of class `${m._class}', but only `${class}' modules fit here"
      "  Import it into a configuration of its class${
          lib.optionalString (
            class == "homeManager"
          ) "; modules for homes are often offered as homeModules or homeManagerModules"
        }, or correct its `_class'."
    ];

  # The last module in the order of merging was imported first: the user's.
  readOnly =
    loc: opt: defs:
    let
      userFirst = lib.reverseList defs;
    in
    lines [
      "the option `${showOption loc}' is read-only, but set at ${at (head userFirst)}"
      (each userFirst)
      (
        if opt ? default then
          "  Its declaration at ${lib.showFiles opt.declarations} gives it a value."
        else
          null
      )
      "  Remove the setting: the value is computed."
    ];

  conflict =
    loc: defs:
    lines [
      "conflicting definitions of the option `${showOption loc}' at ${concatStringsSep " and " (lib.unique (map at defs))}"
      (each defs)
      "  Keep one of them, or give one precedence with lib.mkForce (or weaken the other with lib.mkDefault)."
    ];

  notUnique =
    message: loc: defs:
    lines [
      "the option `${showOption loc}' takes one definition, but has several at ${concatStringsSep " and " (map at defs)}"
      (if message == "" then null else indent message)
      (each defs)
      "  Keep one of them, or give one precedence with lib.mkForce."
    ];

  missing =
    loc: opt:
    lines [
      "the option `${showOption loc}' has no value, but is needed"
      "  Set it in the configuration: ${showOption loc} = …;${
          lib.optionalString (opt.type.description or null != null) " (${opt.type.description})"
        }"
    ];

  notASet =
    loc: def: names:
    lines [
      "${
        if loc == [ ] then "a configuration" else "`${showOption loc}'"
      } is a set of options, but set to ${kind def.value} at ${at def}"
      "  found: ${show def.value}"
      "  It holds: ${concatStringsSep ", " (lib.take 12 (filter (n: substring 0 1 n != "_") names))}"
    ];

  inherit (import ./unknown.nix { inherit lib; }) unknownOption unknownOptionIn;
}
