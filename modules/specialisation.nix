# Variants of the home, each the whole of it with changes.
{
  config,
  extendModules,
  lib,
  ...
}:
let
  inherit (lib) mkOption types;
  variant = extendModules {
    # A variant has none itself: it would have to have itself, too.
    modules = [ { specialisation = lib.mkOverride 0 { }; } ];
  };
in
{
  imports = [ (lib.mkRenamedOptionModule [ "specialization" ] [ "specialisation" ]) ];

  options.specialisation = mkOption {
    type = types.attrsOf (
      types.submodule {
        options.configuration = mkOption {
          inherit (variant) type;
          default = { };
          visible = "shallow";
          description = "What is set beside, or over, the rest of the configuration.";
        };
      }
    );
    default = { };
    example = lib.literalExpression "{ dark.configuration.gtk.colorScheme = \"dark\"; }";
    description = "Variants of this home, by name. `nhmt realize --specialisation NAME` swaps one in.";
  };

  config.assertions = map (name: {
    assertion = !lib.hasInfix "/" name;
    message = "specialisation: the name `${name}' has a slash.";
  }) (builtins.attrNames config.specialisation);
}
