# Modules that keep old option names working.
{ lib }:
let
  inherit (lib)
    getAttrFromPath
    mkIf
    mkMerge
    mkOption
    mkOverride
    setAttrByPath
    showFiles
    showOption
    ;
  inherit (lib.modules) defaultOverridePriority;
in
rec {
  mkAliasDefinitions = mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    mkIf option.isDefined (
      wrap (mkMerge (map (mkOverride (option.highestPrio or defaultOverridePriority)) option.definitions))
    );
  mkDerivedConfig = opt: f: mkOverride (opt.highestPrio or defaultOverridePriority) (f opt.value);

  # An option of sets -> { name = { value; highestPrio; }; }
  mergeAttrDefinitionsWithPrio =
    opt:
    let
      sets = builtins.concatMap (
        def:
        map (builtins.mapAttrs (_: value: def // { inherit value; })) (
          lib.modules.pushDownProperties def.value
        )
      ) opt.definitionsWithLocations;
    in
    assert opt.type.name == "attrsOf" || opt.type.name == "lazyAttrsOf";
    builtins.mapAttrs (
      n: defs:
      let
        m = lib.mergeDefinitions (opt.loc ++ [ n ]) opt.type.nestedTypes.elemType defs;
      in
      {
        value = m.mergedValue;
        inherit (m.defsFinal') highestPrio;
      }
    ) (lib.zipAttrs sets);

  mkRemovedOptionModule =
    path: instructions:
    { options, ... }:
    let
      opt = getAttrFromPath path options;
    in
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply =
          _:
          throw "the option `${showOption path}' can no longer be used, since it has been removed. ${instructions}";
      });
      config.assertions = [
        {
          assertion = !opt.isDefined;
          message = ''
            The option definition `${showOption path}' in ${showFiles opt.files} no longer has any effect; please remove it.
            ${instructions}
          '';
        }
      ];
    };

  mkRenamedOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = lib.trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };
  # Warns from the release on that has both names in all supported ones; which
  # release that is, the library of nixpkgs knows. This one always warns.
  mkRenamedOptionModuleWith =
    {
      from,
      to,
      sinceRelease,
    }:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = lib.warn "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };
  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = lib.id;
    };
  mkAliasOptionModuleMD = lib.warn "mkAliasOptionModuleMD is deprecated and will be removed in 26.05; please use mkAliasOptionModule." mkAliasOptionModule;

  doRename =
    {
      from,
      to,
      visible,
      warn,
      use,
      withPriority ? true,
      condition ? true,
    }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      type = (lib.attrByPath to { } options).type or (lib.types.submodule { });
      missing = throw "`${showOption from}' is renamed to `${showOption to}', which is not declared\n  Declare the new option, or correct its path.";
    in
    {
      # The declaration is known when the type is: nobody declares by a name
      # whose new one cannot be declared.
      options = setAttrByPath from (
        mkOption {
          inherit visible;
          description = "Alias of {option}`${showOption to}`.";
          apply = _: use (lib.attrByPath to missing config);
        }
        // lib.optionalAttrs (type != null) { inherit type; }
      );
      config = mkIf condition (mkMerge [
        (lib.optionalAttrs (options ? warnings) {
          warnings =
            lib.optional (warn && old.isDefined)
              "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'.";
        })
        (
          if withPriority then
            mkAliasAndWrapDefsWithPriority (setAttrByPath to) old
          else
            mkAliasAndWrapDefinitions (setAttrByPath to) old
        )
      ]);
    };

  mkMergedOptionModule =
    froms: to: mergeFn:
    { config, options, ... }:
    let
      # Nobody writes this by hand; reading an unset option must not fail.
      unset = "_mkMergedOptionModule";
      isSet = path: getAttrFromPath path config != unset;
    in
    {
      options = builtins.foldl' lib.recursiveUpdate { } (
        map (
          path:
          setAttrByPath path (mkOption {
            visible = false;
            default = unset;
          })
        ) froms
      );
      config = {
        warnings = map (
          path:
          "The option `${showOption path}' defined in ${showFiles (getAttrFromPath path options).files} has been changed to `${showOption to}', which has a different type. Please read the documentation of `${showOption to}' and update the configuration."
        ) (builtins.filter isSet froms);
      }
      // setAttrByPath to (mkMerge (lib.optional (builtins.any isSet froms) (mergeFn config)));
    };
  mkChangedOptionModule =
    from: to: changeFn:
    mkMergedOptionModule [ from ] to changeFn;
}
