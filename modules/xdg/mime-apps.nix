# Which application opens what.
# https://specifications.freedesktop.org/mime-apps-spec/1.0.1/
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.xdg.mimeApps;
  applications =
    description:
    mkOption {
      type = types.attrsOf (
        types.coercedTo (types.either (types.listOf types.str) types.str) lib.toList (
          types.listOf types.str
        )
      );
      default = { };
      example = {
        "text/html" = [
          "firefox.desktop"
          "epiphany.desktop"
        ];
        "image/png" = "imv.desktop";
      };
      inherit description;
    };
  # Each application is followed by a semicolon, as in desktop entries.
  section = builtins.mapAttrs (_: names: lib.concatMapStrings (name: "${name};") names);
  value = lib.filterAttrs (_: entries: entries != { }) {
    "Added Associations" = section cfg.associations.added;
    "Removed Associations" = section cfg.associations.removed;
    "Default Applications" = section cfg.defaultApplications;
  };

  # What packages say themselves is known once they are built.
  merged = pkgs.runCommand "mimeapps.list" {
    packages = map toString cfg.defaultApplicationPackages;
    declared = lib.generators.toINI { } ({ "Default Applications" = { }; } // value);
    passAsFile = [ "declared" ];
  } (builtins.readFile ./mime-apps.sh);
  file =
    if cfg.defaultApplicationPackages == [ ] then
      {
        format = "ini";
        inherit value;
      }
    else
      { source = merged; };
in
{
  options.xdg.mimeApps = {
    enable = lib.mkEnableOption "{file}`mimeapps.list`, which says what application opens what";
    associations = {
      added = applications "Applications for a type, beside those whose desktop entry has it.";
      removed = applications "Applications that are not for a type, whatever their desktop entry says.";
    };
    defaultApplications = applications "The applications that open a type; the first that is installed does.";
    defaultApplicationPackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.imv ]";
      description = "Packages whose desktop entries become defaults for their types, behind {option}`xdg.mimeApps.defaultApplications`.";
    };
  };

  config = lib.mkIf cfg.enable {
    xdg.configFile."mimeapps.list" = file;
    # Where programs looked before the specification was.
    xdg.dataFile."applications/mimeapps.list" = file;
  };
}
