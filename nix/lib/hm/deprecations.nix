# Options that changed: other names, other values, other defaults.
{ lib }:
let
  inherit (builtins)
    concatMap
    filter
    isAttrs
    isList
    mapAttrs
    ;
  inherit (lib) showOption toList;
  show = v: v.text or (lib.generators.toPretty { } v.value);
in
{
  mkDeprecatedOptionValueWarning =
    {
      option,
      old,
      replacement,
      details ? "",
    }:
    ''
      Using `${showOption option}` as ${old} is deprecated and will be
      removed in a future release. Please use ${replacement} instead.
    ''
    + lib.optionalString (details != "") "\n${details}\n";
  mkDeprecatedOptionValueRenameWarning =
    {
      option,
      old,
      replacement,
    }:
    ''
      The value ${old} for `${showOption option}` is deprecated and will be
      removed in a future release. Please use ${replacement} instead.
    '';

  # old prefix -> new prefix -> { transform; } -> [ name, path or { old; new; } ]
  # -> modules that rename each option
  mkSettingsRenamedOptionModules =
    oldPrefix: newPrefix:
    {
      transform ? lib.hm.strings.toSnakeCase,
    }:
    map (
      spec:
      let
        path = toList spec;
        renamed =
          if isAttrs spec then
            mapAttrs (_: toList) spec
          else
            {
              old = path;
              new = map transform path;
            };
      in
      lib.mkRenamedOptionModule (oldPrefix ++ renamed.old) (newPrefix ++ renamed.new)
    );

  # Names in sets, also in lists, with a warning for each that changes.
  remapAttrsRecursive =
    {
      pred,
      transform,
      ignore ? [ ],
    }:
    let
      go =
        where: v:
        if isAttrs v then
          lib.mapAttrs' (
            name: x:
            let
              new = if pred name && !(builtins.elem name ignore) then transform name else name;
            in
            lib.warnIf (new != name)
              "home-manager: The setting '${name}' in '${where}' was automatically renamed to '${new}'. Please update your configuration."
              (lib.nameValuePair new (go "${where}.${name}" x))
          ) v
        else if isList v then
          lib.imap0 (i: go "${where}.[${toString i}]") v
        else
          v;
    in
    go;

  # A default that depends on home.stateVersion. With deferWarningToConfig the
  # warning is for `config.warnings`, when nothing else is defined.
  mkStateVersionOptionDefault =
    {
      stateVersion,
      since,
      optionPath,
      legacy,
      current,
      extraWarning ? "",
      config ? null,
      options ? null,
      warningPriority ? (lib.mkOptionDefault { }).priority,
      shouldWarn ? null,
      deferWarningToConfig ? false,
    }:
    let
      option = showOption optionPath;
      old = show legacy;
      new = show current;
      warning = ''
        The default value of `${option}` has changed from `${old}` to `${new}`.
        You are currently using the legacy default (`${old}`) because `home.stateVersion` is less than "${since}".
        To silence this warning and keep legacy behavior, set:
          ${option} = ${old};
        To adopt the new default behavior, set:
          ${option} = ${new};
      ''
      + lib.optionalString (extraWarning != "") "\n${extraWarning}";
      looks = config != null && options != null;
      optionInfo = lib.optionalAttrs looks (lib.getAttrFromPath optionPath options);
      optionUsesDefaultPriority = looks && optionInfo.highestPrio >= warningPriority;
      isLegacy = lib.versionOlder stateVersion since;
      differs = legacy.value != current.value;
    in
    assert lib.assertMsg (deferWarningToConfig -> looks)
      "lib.hm.deprecations.mkStateVersionOptionDefault needs `config' and `options' with deferWarningToConfig.";
    {
      inherit warning optionUsesDefaultPriority;
      default =
        if isLegacy && differs && !deferWarningToConfig then
          lib.warn warning legacy.value
        else
          current.value;
      defaultText = lib.literalExpression ''
        if lib.versionAtLeast config.home.stateVersion "${since}" then ${new} else ${old}
      '';
      effectiveDefault = if isLegacy then legacy.value else current.value;
      shouldWarn =
        deferWarningToConfig
        && isLegacy
        && differs
        && (
          if lib.isFunction shouldWarn then
            shouldWarn { inherit optionInfo optionUsesDefaultPriority; }
          else
            optionUsesDefaultPriority
        );
    };

  mkListEntryOmittedFieldPredicate =
    {
      omittedField,
      triggerField,
      triggerPredicate ? v: v != null && v != "",
    }:
    { value, ... }:
    isAttrs value
    && value ? ${triggerField}
    && triggerPredicate value.${triggerField}
    && !(value ? ${omittedField});

  # One warning for each entry of a list that relies on the legacy default.
  mkStateVersionListSubmoduleWarnings =
    {
      stateVersion,
      since,
      baseWarning,
      definitions,
      shouldWarnEntry,
      describeEntry ? _: "an entry",
      extraEntryWarning ? _: "",
    }:
    let
      entries = concatMap (
        d:
        lib.imap1 (index: value: {
          inherit index value;
          file = baseNameOf (toString d.file);
        }) d.value
      ) definitions;
      warning =
        entry:
        let
          more = extraEntryWarning entry;
        in
        lib.concatStringsSep "\n" (
          [
            (lib.removeSuffix "\n" baseWarning)
            "Triggered by ${describeEntry entry} defined in `${entry.file}` at list index ${toString entry.index}."
          ]
          ++ lib.optional (more != "") more
        );
    in
    lib.optionals (lib.versionOlder stateVersion since) (map warning (filter shouldWarnEntry entries));
}
