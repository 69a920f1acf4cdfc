# Options as data for documentation.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    concatMap
    filter
    isAttrs
    isBool
    isList
    mapAttrs
    ;
in
rec {
  # An options tree -> [ { loc; name; description; declarations; type; … } ],
  # with the options of submodules.
  optionAttrSetToDocList = optionAttrSetToDocList' [ ];
  optionAttrSetToDocList' =
    _prefix: options:
    concatMap (
      opt:
      let
        name = lib.showOption opt.loc;
        visible = opt.visible or true;
        type = opt.type or { };
        # Of submodules the parts are documented.
        empty = type ? emptyValue.value && type.getSubModules or null == null;
        default = opt.defaultText or opt.default or type.emptyValue.value;
        below = opt.type.getSubOptions opt.loc;
        rendered =
          what: v:
          addErrorContext "while evaluating the ${what} of the option `${name}'" (renderOptionValue v);
        entry = {
          inherit (opt) loc;
          inherit name;
          description = opt.description or null;
          declarations = filter (f: f != lib.unknownModule) opt.declarations;
          internal = opt.internal or false;
          # "shallow": it, but nothing below; "transparent": what is below, but not it.
          visible = if isBool visible then visible else visible == "shallow";
          readOnly = opt.readOnly or false;
          type = type.description or "unspecified";
        }
        // lib.optionalAttrs (opt ? example) { example = rendered "example" opt.example; }
        // lib.optionalAttrs (opt ? defaultText || opt ? default || empty) {
          default = rendered "default" default;
        }
        // lib.optionalAttrs (opt.relatedPackages or null != null) { inherit (opt) relatedPackages; };
      in
      [ entry ]
      ++ lib.optionals ((if isBool visible then visible else visible == "transparent") && below != { }) (
        optionAttrSetToDocList' opt.loc below
      )
    ) (lib.collect lib.isOption options);

  # Nix values become the text of an expression.
  renderOptionValue =
    v:
    if v ? _type && v ? text then
      v
    else
      lib.literalExpression (
        lib.generators.toPretty {
          multiline = true;
          allowPrettyValues = true;
        } v
      );
  # Derivations become their names.
  scrubOptionValue =
    v:
    if lib.isDerivation v then
      {
        type = "derivation";
        drvPath = v.name;
        outPath = v.name;
        inherit (v) name;
      }
    else if isList v then
      map scrubOptionValue v
    else if isAttrs v then
      mapAttrs (_: scrubOptionValue) (removeAttrs v [ "_args" ])
    else
      v;
}
