# Modules that keep old option names working.
{ lib }:
let
  inherit (lib)
    getAttrFromPath mkIf mkMerge mkOption mkOverride setAttrByPath showFiles showOption toList
    ;
in
rec {
  mkAliasDefinitions = mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    mkIf option.isDefined (wrap (mkMerge (map (mkOverride (option.highestPrio or 100)) option.definitions)));
  mkDerivedConfig = opt: f: mkIf opt.isDefined (lib.mkOverride opt.highestPrio (f opt.value));

  mkRemovedOptionModule =
    path: instructions:
    { options, ... }:
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = _: throw "the option `${showOption path}' can no longer be used, since it is gone. ${instructions}";
      });
      config.assertions =
        let
          opt = getAttrFromPath path options;
        in
        [
          {
            assertion = !opt.isDefined;
            message = ''
              The option definition `${showOption path}' in ${showFiles opt.files} no longer has any effect; please remove it.
              ${instructions}'';
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
  mkRenamedOptionModuleWith =
    {
      from,
      to,
      sinceRelease,
    }:
    mkRenamedOptionModule from to;
  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = lib.id;
    };
  mkAliasOptionModuleMD = mkAliasOptionModule;

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
      new = lib.attrByPath to (throw "the renamed option's new name `${showOption to}' does not exist") config;
      newOption = lib.attrByPath to { } options;
    in
    {
      options = setAttrByPath from (
        mkOption (
          {
            inherit visible;
            description = "Alias of {option}`${showOption to}`.";
            apply = _: use new;
          }
          // lib.optionalAttrs (newOption ? type) { inherit (newOption) type; }
        )
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
    {
      options = lib.foldl' lib.recursiveUpdate { } (
        map (
          path:
          setAttrByPath path (mkOption {
            visible = false;
            # Nobody writes this by hand.
            default = "_mkMergedOptionModule";
          })
        ) froms
      );
      config = mkMerge [
        {
          warnings = lib.concatMap (
            f:
            lib.optional (getAttrFromPath f config != "_mkMergedOptionModule")
              "The option `${showOption f}' defined in ${showFiles (getAttrFromPath f options).files} has been changed to `${showOption to}'."
          ) froms;
        }
        (setAttrByPath to (
          mkIf (builtins.any (f: getAttrFromPath f config != "_mkMergedOptionModule") froms) (mergeFn config)
        ))
      ];
    };
  mkChangedOptionModule =
    from: to: changeFn:
    mkMergedOptionModule [ from ] to changeFn;
}
