# Types whose values are modules themselves.
{ lib }:
let
  inherit (builtins) all isAttrs;
  inherit (lib) mkOptionType showOption;
  inherit (lib.modules) evalWith prepare setDefaultModuleLocation simple;

  moduleLike = v: isAttrs v || lib.isFunction v || lib.types.path.check v;

  # True for a definition that is nothing but settings, so that it needs no
  # loading as a module.
  onlySettings =
    shorthand: v:
    isAttrs v
    && (
      shorthand
      || !(v ? config || v ? options || v ? imports || v ? _file || v ? key || v ? freeformType || v ? disabledModules || v ? _class || v ? require || v ? _type || v ? __functor || v ? meta)
    );
in
{
  submodule =
    modules:
    lib.types.submoduleWith {
      shorthandOnlyDefinesConfig = true;
      modules = lib.toList modules;
    };

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? null,
      class ? null,
    }@args:
    let
      shorthand = shorthandOnlyDefinesConfig == true;
      # Imports merge before what imports them: so do a submodule's own settings.
      prepared = prepare { inherit modules specialArgs class; } // {
        modules = map (
          m:
          if simple m then
            {
              _file = m._file or lib.unknownModule;
              imports = [ m ];
            }
          else
            m
        ) modules;
      };
      asModule =
        d:
        if isAttrs d.value && shorthand then
          {
            _file = d.file;
            config = d.value;
          }
        else
          setDefaultModuleLocation d.file d.value;
      evaluate =
        loc: defs:
        let
          plain = all (d: onlySettings shorthand d.value) defs;
        in
        evalWith prepared {
          prefix = loc;
          # "‹name›" comes from the parent: the attribute or list entry bound.
          moduleArgs.name = lib.last loc;
          settings = if plain then defs else [ ];
          modules = if plain then [ ] else map asModule defs;
        };
      docs = evalWith prepared {
        prefix = [ ];
        moduleArgs.name = "‹name›";
        settings = [ ];
        modules = [ ];
      };
    in
    mkOptionType {
      name = "submodule";
      description = if description != null then description else "submodule";
      check = moduleLike;
      merge = loc: defs: (evaluate loc defs).config;
      emptyValue.value = docs.config;
      getSubOptions =
        prefix:
        (evalWith prepared {
          inherit prefix;
          moduleArgs.name = "‹name›";
          settings = [ ];
          modules = [ { _module.check = false; } ];
        }).options;
      getSubModules = modules;
      substSubModules = m: lib.types.submoduleWith (args // { modules = m; });
      nestedTypes = lib.optionalAttrs (docs._module.freeformType != null) {
        freeformType = docs._module.freeformType;
      };
      functor = lib.types.defaultFunctor "submodule" // {
        type = lib.types.submoduleWith;
        payload = args;
        binOp = a: b: {
          modules = a.modules ++ b.modules;
          specialArgs = (a.specialArgs or { }) // (b.specialArgs or { });
          shorthandOnlyDefinesConfig =
            if (a.shorthandOnlyDefinesConfig or null) == null then
              b.shorthandOnlyDefinesConfig or false
            else
              a.shorthandOnlyDefinesConfig;
          description = if (a.description or null) == null then b.description or null else a.description;
          class =
            if (a.class or null) == null || (b.class or null) == null || a.class == b.class then
              (if (a.class or null) == null then b.class or null else a.class)
            else
              throw "a submodule is declared with the classes ${a.class} and ${b.class}";
        };
      };
    };

  deferredModule = lib.types.deferredModuleWith { };
  deferredModuleWith =
    {
      staticModules ? [ ],
    }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      check = moduleLike;
      merge = loc: defs: {
        imports =
          staticModules
          ++ map (d: setDefaultModuleLocation "${d.file}, via option ${showOption loc}" d.value) defs;
      };
      getSubModules = staticModules;
      substSubModules = m: lib.types.deferredModuleWith { staticModules = m; };
      functor = lib.types.defaultFunctor "deferredModuleWith" // {
        type = lib.types.deferredModuleWith;
        payload = { inherit staticModules; };
        binOp = a: b: { staticModules = lib.unique (a.staticModules ++ b.staticModules); };
      };
    };
}
