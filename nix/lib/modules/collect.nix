# From what people write as modules to a flat list of modules in one form:
# { key; _file; options; settings = [ config … ]; imports; disabledModules; }
{ lib }:
let
  inherit (builtins)
    any
    concatMap
    elem
    filter
    functionArgs
    genericClosure
    head
    isAttrs
    isList
    mapAttrs
    substring
    typeOf
    ;
  inherit (lib.modules) messages;

  fileOf = m: fallback: if m ? _file then toString m._file else fallback;
  structural = [
    "_class"
    "_file"
    "key"
    "disabledModules"
    "imports"
    "freeformType"
  ];

  normalize =
    file: key: m:
    let
      explicit = m ? config || m ? options;
      stray = removeAttrs m (
        structural
        ++ [
          "options"
          "config"
          "meta"
        ]
      );
      config = if explicit then m.config or { } else removeAttrs m (structural ++ [ "require" ]);
    in
    if !(isAttrs m) then
      throw (messages.notAModule file m)
    else if explicit && stray != { } then
      throw (messages.straySettings (fileOf m file) (builtins.attrNames stray))
    else
      {
        key = if m ? key then toString m.key else key;
        _file = fileOf m file;
        _class = m._class or null;
        disabledModules = m.disabledModules or [ ];
        imports = (if explicit then [ ] else m.require or [ ]) ++ m.imports or [ ];
        options = if explicit then m.options or { } else { };
        settings = [
          config
        ]
        ++ lib.optional (explicit && m ? meta) { inherit (m) meta; }
        ++ lib.optional (m ? freeformType) { _module.freeformType = m.freeformType; };
      };

  # Arguments that are not special come from `_module.args`, each looked up
  # only when the module uses it.
  apply =
    key: f: args:
    let
      wanted = lib.functionArgs f;
      argument =
        name: optional:
        args.${name}
          or (builtins.addErrorContext "while evaluating the module argument `${name}' in `${key}':" (
            args.config._module.args.${name} or (throw (messages.missingArgument key name))
          ));
    in
    f (args // mapAttrs argument (removeAttrs wanted (builtins.attrNames args)));

  load =
    args: file: key: m:
    if lib.isFunction m then
      normalize file key (apply (if file == lib.unknownModule then key else file) m args)
    else if isAttrs m then
      if m._type or "module" == "module" then
        normalize file key m
      else if m._type == "if" || m._type == "override" then
        normalize file key { config = m; }
      else
        throw (messages.notAModuleType file (args._prefix or [ ]) (args._class or null) m._type)
    else if isList m then
      throw "a list is imported as a module at ${file}: remove one level of brackets in `imports'\n  found: ${messages.show m}"
    else if !(lib.isStringLike m) then
      throw (messages.notAModule file m)
    else
      let
        path = toString m;
        # Pure evaluation takes every file outside of the store for missing.
        visible =
          builtins ? currentSystem
          || substring 0 (builtins.stringLength builtins.storeDir) path == builtins.storeDir;
        loaded =
          if builtins.isPath m && visible && !(builtins.pathExists m) then
            throw (messages.missingImport file path)
          else
            import m;
      in
      normalize path path (if lib.isFunction loaded then apply path loaded args else loaded);

  keyOf =
    modulesPath: file: m:
    if builtins.isString m then
      (if substring 0 1 m == "/" then m else "${toString modulesPath}/${m}")
    else if lib.strings.isConvertibleWithToString m then
      (
        if m ? key && m.key != toString m then
          throw "an entry of disabledModules is ambiguous at ${file}: as a string it is ${toString m}, its `key' is ${m.key}"
        else
          toString m
      )
    else if m ? key then
      m.key
    else
      throw "an entry of disabledModules cannot be told apart at ${file}: give a path, a string relative to modulesPath, or a set with `key' (it is ${typeOf m}${lib.optionalString (isAttrs m) ", without `key'"})";

  structure =
    {
      args,
      class ? null,
    }:
    let
      checkClass =
        m:
        if class == null || m._class == null || m._class == class then
          m
        else
          throw (messages.wrongClass class m);
      go =
        file: key: list:
        lib.imap1 (
          n: m:
          let
            module = checkClass (load args file "${key}:anon-${toString n}" m);
            below = go module._file module.key module.imports;
          in
          {
            inherit (module) key;
            inherit module below;
            disabled =
              map (keyOf (args.modulesPath or "") module._file) module.disabledModules
              ++ concatMap (b: b.disabled) below;
          }
        ) list;
    in
    go lib.unknownModule "";

  # The key of what every evaluation declares itself.
  builtinKey = "lib/modules.nix";
in
{
  # { modules, args, class } -> the modules in the order in which their
  # definitions merge (later imports first, as nixpkgs has it).
  collect =
    { modules, ... }@given:
    let
      top = structure (removeAttrs given [ "modules" ]) modules;
      disabled = concatMap (s: s.disabled) top;
      enabled = if disabled == [ ] then (l: l) else filter (s: !(elem s.key disabled));
      closure = genericClosure {
        startSet = enabled top;
        operator = s: enabled s.below;
      };
    in
    lib.reverseList (map (s: s.module) closure);

  # Who imports whom: [ { key; file; disabled; imports = [ … ]; } ]
  graph =
    { modules, ... }@given:
    let
      top = structure (removeAttrs given [ "modules" ]) modules;
      disabled = concatMap (s: s.disabled) top;
      one = s: {
        disabled = elem s.key disabled;
        inherit (s) key;
        file = s.module._file;
        imports = map one s.below;
      };
    in
    map one (filter (s: s.key != builtinKey) top);

  # Modules that are known without evaluating anything -> their normal forms by
  # depth of import, [ [ module … ] … ]; null when one of them is a function, a
  # path or can be told from others (by key, class, or being disabled).
  levels =
    modules:
    let
      known =
        m:
        isAttrs m
        && !(
          m ? _type
          || m ? __functor
          || m ? require
          || m ? disabledModules
          || m ? key
          || m ? _class
          || m ? options._module
        )
        && builtins.all known m.imports or [ ];
      go =
        ms:
        if ms == [ ] then
          [ ]
        else
          [ ms ]
          ++ go (concatMap (m: lib.imap1 (n: normalize m._file "${m.key}:anon-${toString n}") m.imports) ms);
    in
    if builtins.all known modules then
      go (lib.imap1 (n: normalize lib.unknownModule ":anon-${toString n}") modules)
    else
      null;

  inherit normalize;
  setDefaultModuleLocation = file: m: {
    _file = file;
    imports = [ m ];
  };
  # The nixpkgs form of `normalize`, with one `config`.
  unifyModuleSyntax =
    file: key: m:
    let
      n = normalize file key m;
    in
    removeAttrs n [ "settings" ]
    // {
      config = builtins.foldl' (
        a: b:
        lib.mkMerge [
          a
          b
        ]
      ) (head n.settings) (builtins.tail n.settings);
    };
  applyModuleArgsIfFunction =
    key: f: args:
    if lib.isFunction f then apply key f args else f;
  collectModules =
    modulesPath: modules: args:
    let
      given = {
        inherit modules;
        args = {
          inherit modulesPath;
        }
        // args;
      };
    in
    {
      modules = lib.reverseList (lib.modules.collect given);
      graph = lib.modules.graph given;
    };

  # A module file with arguments of its own before those of a module.
  importApply = file: arguments: lib.modules.setDefaultModuleLocation file (import file arguments);
  importJSON = file: {
    _file = file;
    config = lib.importJSON file;
  };
  importTOML = file: {
    _file = file;
    config = lib.importTOML file;
  };
}
