# Types whose values are modules themselves.
{ lib, internals }:
let
  inherit (builtins) all isAttrs;
  inherit (lib)
    evalModules
    mkOptionType
    setDefaultModuleLocation
    showOption
    types
    ;
  inherit (lib.modules) instance prepare;

  moduleLike = v: isAttrs v || lib.isFunction v || types.path.check v;

  # Whether a definition that is loaded as a module is settings and nothing
  # else: what it says is then known without loading it.
  onlySettings =
    v:
    isAttrs v
    && !(
      v ? config
      || v ? options
      || v ? imports
      || v ? _file
      || v ? key
      || v ? freeformType
      || v ? disabledModules
      || v ? _class
      || v ? require
      || v ? _type
      || v ? __functor
    );

  noName = lib.mkOptionDefault "‹name›";
in
{
  noCheckForDocsModule = {
    config._module.check = lib.mkForce false;
    _file = "<built-in module that disables checks for the purpose of documentation generation>";
  };

  submodule =
    modules:
    types.submoduleWith {
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
      # `null`: whatever another declaration of the option says.
      shorthand = shorthandOnlyDefinesConfig == true;
      prepared = prepare modules;
      asModule =
        d:
        if isAttrs d.value && shorthand then
          {
            _file = d.file;
            config = d.value;
          }
        else
          setDefaultModuleLocation d.file d.value;
      base = evalModules {
        inherit specialArgs class;
        modules = [ { _module.args.name = noName; } ] ++ modules;
      };
      whole =
        loc: defs:
        base.extendModules {
          prefix = loc;
          modules = [ { _module.args.name = lib.last loc; } ] ++ map asModule defs;
        };
      merge =
        loc: defs:
        if
          prepared != null && all (d: if shorthand then isAttrs d.value else onlySettings d.value) defs
        then
          (instance prepared {
            prefix = loc;
            inherit specialArgs defs;
            depth = if shorthand then 0 else 1;
            args = [
              {
                value = {
                  inherit (whole loc defs) extendModules;
                  moduleType = (whole loc defs).type;
                };
              }
              {
                file = lib.unknownModule;
                value.name = noName;
                plain = { };
              }
              {
                file = lib.unknownModule;
                value.name = lib.last loc;
              }
            ];
          }).config
        else
          (whole loc defs).config;
      docs =
        prefix:
        base.extendModules {
          inherit prefix;
          modules = [ types.noCheckForDocsModule ];
        };
      inherit (base._module) freeformType;
    in
    internals.mkComposite {
      name = "submodule";
      description =
        let
          freeform = (docs [ ])._module.freeformType;
        in
        if description != null then
          description
        else if freeform ? description then
          "open submodule of ${internals.ofPhrase freeform}"
        else
          "submodule";
      check = moduleLike;
      inherit merge;
      meta = loc: defs: { configuration = whole loc defs; };
      emptyValue.value = base.config;
      getSubOptions =
        prefix:
        let
          d = docs prefix;
          freeform = d._module.freeformType;
        in
        d.options
        // lib.optionalAttrs (freeform != null) {
          # The name only has to be no option's.
          _freeformOptions = freeform.getSubOptions prefix;
        };
      getSubModules = modules;
      substSubModules = m: types.submoduleWith (args // { modules = m; });
      nestedTypes = lib.optionalAttrs (freeformType != null) { inherit freeformType; };
      functor = types.defaultFunctor "submodule" // {
        type = types.submoduleWith;
        payload = {
          inherit
            modules
            class
            specialArgs
            shorthandOnlyDefinesConfig
            description
            ;
        };
        binOp =
          a: b:
          let
            # What both say, or what one of them says.
            choice =
              name:
              if a.${name} or null == null then
                b.${name} or null
              else if b.${name} or null == null || a.${name} == b.${name} then
                a.${name}
              else
                throw "a submodule is declared several times, with a different ${name}: ${
                  lib.modules.messages.show a.${name}
                } and ${lib.modules.messages.show b.${name}}";
            both = builtins.intersectAttrs a.specialArgs b.specialArgs;
          in
          {
            modules = a.modules ++ b.modules;
            class = choice "class";
            description = choice "description";
            shorthandOnlyDefinesConfig = choice "shorthandOnlyDefinesConfig";
            specialArgs =
              if both == { } then
                a.specialArgs // b.specialArgs
              else
                throw "a submodule is declared several times, with the same special arguments: ${toString (builtins.attrNames both)}";
          };
      };
    };

  deferredModule = types.deferredModuleWith { };
  deferredModuleWith =
    {
      staticModules ? [ ],
    }@args:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = moduleLike;
      merge = loc: defs: {
        imports =
          staticModules
          ++ map (d: setDefaultModuleLocation "${d.file}, via option ${showOption loc}" d.value) defs;
      };
      inherit (types.submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
      substSubModules = m: types.deferredModuleWith (args // { staticModules = m; });
      functor = types.defaultFunctor "deferredModuleWith" // {
        type = types.deferredModuleWith;
        payload = { inherit staticModules; };
        binOp = a: b: { staticModules = a.staticModules ++ b.staticModules; };
      };
    };
}
