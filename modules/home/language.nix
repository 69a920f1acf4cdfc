# The languages of the home: the variables that locale(7) names.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.home.language;
  variables = {
    base = {
      name = "LANG";
      of = "everything that no other setting covers";
    };
    address = {
      name = "LC_ADDRESS";
      of = "addresses";
    };
    collate = {
      name = "LC_COLLATE";
      of = "sorting";
    };
    ctype = {
      name = "LC_CTYPE";
      of = "classes of characters";
    };
    measurement = {
      name = "LC_MEASUREMENT";
      of = "units of measurement";
    };
    messages = {
      name = "LC_MESSAGES";
      of = "messages and user interfaces";
    };
    monetary = {
      name = "LC_MONETARY";
      of = "amounts of money";
    };
    name = {
      name = "LC_NAME";
      of = "names of persons";
    };
    numeric = {
      name = "LC_NUMERIC";
      of = "numbers";
    };
    paper = {
      name = "LC_PAPER";
      of = "paper sizes";
    };
    telephone = {
      name = "LC_TELEPHONE";
      of = "telephone numbers";
    };
    time = {
      name = "LC_TIME";
      of = "dates and times";
    };
  };
in
{
  options.home.language = mkOption {
    type = types.submodule {
      options = builtins.mapAttrs (
        _: variable:
        mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "de_DE.UTF-8";
          description = "The locale for ${variable.of}: {env}`${variable.name}`.";
        }
      ) variables;
    };
    default = { };
    description = "The locales of the session, by what they are for.";
  };

  # Most homes leave them to the system, and need not have them merged.
  config.home.sessionVariables =
    lib.mkIf (options.home.language.highestPrio < (lib.mkOptionDefault null).priority)
      (
        lib.mapAttrs' (setting: value: lib.nameValuePair variables.${setting}.name value) (
          lib.filterAttrs (_: value: value != null) cfg
        )
      );
}
