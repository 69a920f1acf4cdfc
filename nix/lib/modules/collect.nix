# From what people write as modules to a flat list of modules in one form:
# { key; _file; options; settings = [ config … ]; imports; disabledModules; }
{ lib }:
let
  inherit (builtins)
    concatMap elem filter functionArgs genericClosure head isAttrs isList mapAttrs substring typeOf
    ;

  fileOf = m: fallback: if m ? _file then toString m._file else fallback;
  structural = [ "_class" "_file" "key" "disabledModules" "imports" "freeformType" ];

  normalize =
    file: key: m:
    let
      explicit = m ? config || m ? options;
      stray = removeAttrs m (structural ++ [ "options" "config" "meta" ]);
      config = if explicit then m.config or { } else removeAttrs m (structural ++ [ "require" ]);
    in
    if !(isAttrs m) then
      throw "not a module, but ${lib.modules.messages.kind m} at ${file}: a module is an attribute set, or a function that returns one ({ config, lib, ... }: { … })"
    else if explicit && stray != { } then
      throw "the module at ${fileOf m file} has `${head (builtins.attrNames stray)}' beside `config' or `options'\n  Once a module has one of these two, every setting belongs below `config'. Move there: ${toString (builtins.attrNames stray)}"
    else
      {
        key = if m ? key then toString m.key else key;
        _file = fileOf m file;
        _class = m._class or null;
        disabledModules = m.disabledModules or [ ];
        imports = (if explicit then [ ] else m.require or [ ]) ++ m.imports or [ ];
        options = m.options or { };
        settings =
          [ config ]
          ++ lib.optional (m ? freeformType) { _module.freeformType = m.freeformType; }
          ++ lib.optional (explicit && m ? meta) { inherit (m) meta; };
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
            args.config._module.args.${name}
              or (throw "no module argument `${name}' at ${key}\n  The module asks for it between its braces. Remove it there, or provide it by extraSpecialArgs or by _module.args.${name}.")
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
      else if elem m._type [ "if" "override" "merge" ] then
        normalize file key { config = m; }
      else if m._type == "configuration" then
        throw "a finished configuration is imported as a module at ${file}: import the module itself"
      else if m._type == "flake" then
        throw "a flake is imported as a module at ${file}: import one of its modules, such as homeModules.default"
      else
        throw "something of type `${m._type}' is imported as a module at ${file}"
    else if isList m then
      throw "a list is imported as a module at ${file}: remove one level of brackets in `imports'"
    else if !(lib.isStringLike m) then
      throw "${lib.modules.messages.kind m} is imported as a module at ${file}: a module is a path, a function or an attribute set"
    else
      let
        path = toString m;
        # Pure evaluation takes every file outside of the store for missing.
        visible = builtins ? currentSystem || substring 0 (builtins.stringLength builtins.storeDir) path == builtins.storeDir;
        loaded =
          if builtins.isPath m && visible && !(builtins.pathExists m) then
            throw "missing import${if file == lib.unknownModule then "" else " at ${file}"}\n  There is no ${path}\n  Create the file, or correct the path: a relative one is relative to the file that it stands in."
          else
            import m;
      in
      normalize path path (if lib.isFunction loaded then apply path loaded args else loaded);

  keyOf =
    modulesPath: file: m:
    if builtins.isString m then
      (if substring 0 1 m == "/" then m else "${toString modulesPath}/${m}")
    else if lib.strings.isConvertibleWithToString m && !(isAttrs m && m ? key) then
      toString m
    else if m ? key then
      toString m.key
    else
      throw "an entry of disabledModules cannot be told apart at ${file}: give a path, a string relative to modulesPath, or a set with `key' (it is ${typeOf m})";
in
{
  # { modules, args, class, modulesPath } -> the modules in the order in which
  # their definitions merge (later imports first, as nixpkgs has it).
  collect =
    {
      modules,
      args,
      class ? null,
    }:
    let
      checkClass =
        m:
        if class == null || m._class == null || m._class == class then
          m
        else
          throw "the module at ${m._file} is of class `${m._class}', but only `${class}' modules fit here";
      structure =
        file: key: list:
        lib.imap1 (
          n: m:
          let
            module = checkClass (load args file "${key}:anon-${toString n}" m);
            below = structure module._file module.key module.imports;
          in
          {
            inherit (module) key;
            inherit module below;
            disabled = map (keyOf (args.modulesPath or "") module._file) module.disabledModules ++ concatMap (b: b.disabled) below;
          }
        ) list;
      top = structure lib.unknownModule "" modules;
      disabled = concatMap (s: s.disabled) top;
      enabled = if disabled == [ ] then (l: l) else filter (s: !(elem s.key disabled));
      closure = genericClosure {
        startSet = enabled top;
        operator = s: enabled s.below;
      };
    in
    lib.reverseList (map (s: s.module) closure);

  inherit normalize;
  setDefaultModuleLocation = file: m: {
    _file = file;
    imports = [ m ];
  };
  unifyModuleSyntax = normalize;
  # A module file with arguments of its own before those of a module.
  importApply = file: arguments: {
    _file = file;
    imports = [ (import file arguments) ];
  };
}
