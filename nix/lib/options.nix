# Declaring options, and merging their definitions where no type says how.
{ lib }:
let
  inherit (builtins)
    all
    elemAt
    head
    isAttrs
    length
    ;
  inherit (lib.modules) messages;

  literal =
    name: text:
    if builtins.isString text then
      {
        _type = name;
        inherit text;
      }
    else
      throw "${name} expects a string, found ${messages.kind text}";
in
rec {
  isOption = lib.isType "option";
  # Named one by one, so that Nix refuses what is misspelt.
  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      relatedPackages ? null,
      type ? null,
      apply ? null,
      internal ? null,
      visible ? null,
      readOnly ? null,
    }@attrs:
    attrs // { _type = "option"; };

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };

  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      names = lib.toList name;
      path = lib.toList default;
      shown = lib.showAttrPath path;
    in
    mkOption (
      {
        type = (if nullable then lib.types.nullOr else lib.id) lib.types.package;
        description =
          "The ${lib.last names} package to use."
          + (if extraDescription == "" then "" else " ")
          + extraDescription;
      }
      // (
        if default == null then
          (lib.optionalAttrs nullable { default = null; })
        else
          {
            default = lib.attrByPath path (throw "${shown} cannot be found in ${pkgsText}") pkgs;
            defaultText = literalExpression "${pkgsText}.${shown}";
          }
      )
      // lib.optionalAttrs (example != null) {
        example = literalExpression (
          if builtins.isList example then "${pkgsText}.${lib.showAttrPath example}" else example
        );
      }
    );

  mkSinkUndeclaredOptions =
    attrs:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Sink for option definitions.";
        type = lib.mkOptionType {
          name = "sink";
          check = _: true;
          merge = _: _: false;
        };
        apply = _: throw "Option value is not readable because the option is not declared.";
      }
      // attrs
    );

  literalExpression = literal "literalExpression";
  literalMD = literal "literalMD";
  literalCode = language: text: literalMD "```${language}\n${text}\n```\n";

  showOptionWithDefLocs = opt: ''
    ${showOption opt.loc}, with values defined in:
    ${lib.concatMapStringsSep "\n" (file: "  - ${file}") opt.files}
  '';

  unknownModule = "<unknown-file>";
  showOption =
    path:
    lib.concatMapStringsSep "." (
      part: if builtins.match "<.*>|\\*" part != null then part else lib.strings.escapeNixIdentifier part
    ) path;
  showFiles = files: lib.concatMapStringsSep " and " (f: "`${f}'") files;
  showDefs = defs: lib.concatMapStrings (d: "\n- ${messages.at d}: ${messages.show d.value}") defs;
  getValues = map (d: d.value);
  getFiles = map (d: d.file);

  mergeOneOption = mergeUniqueOption { message = ""; };
  mergeUniqueOption =
    {
      message,
      merge ? null,
    }:
    loc: defs:
    if length defs == 1 then
      (if merge == null then (head defs).value else merge loc defs)
    else
      throw (messages.notUnique message loc defs);

  mergeEqualOption =
    loc: defs:
    let
      first = (head defs).value;
    in
    if length defs == 1 then
      first
    else if defs == [ ] then
      abort "This case should never happen."
    else if all (d: d.value == first) defs then
      first
    else
      throw (messages.conflict loc defs);

  mergeDefaultOption =
    loc: defs:
    let
      values = getValues defs;
    in
    if length values == 1 then
      head values
    else if all lib.isFunction values then
      x: mergeDefaultOption loc (map (d: d // { value = d.value x; }) defs)
    else if all builtins.isList values then
      builtins.concatLists values
    else if all isAttrs values then
      lib.foldl' lib.mergeAttrs { } values
    else if all builtins.isBool values then
      lib.foldl' lib.or false values
    else if all builtins.isString values then
      lib.concatStrings values
    else if all builtins.isInt values && all (v: v == elemAt values 0) values then
      head values
    else
      throw (messages.conflict loc defs);
}
