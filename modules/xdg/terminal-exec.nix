# Which terminal programs open.
# https://gitlab.freedesktop.org/terminal-wg/specifications
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.xdg.terminal-exec;
in
{
  options.xdg.terminal-exec = {
    enable = lib.mkEnableOption "a choice of the terminal that programs open, for `xdg-terminal-exec`";
    package =
      nhmtLib.packages.option pkgs "xdg-terminal-exec"
        "The package with `xdg-terminal-exec`; null installs none."
        { };
    settings = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
      example = {
        default = [ "foot.desktop" ];
        GNOME = [ "org.gnome.Console.desktop" ];
      };
      description = "Desktop entries of terminals, the best first, by desktop; `default` is for the others.";
    };
  };

  config = lib.mkIf cfg.enable {
    home.packages = lib.optional (cfg.package != null) cfg.package;
    xdg.configFile = lib.mapAttrs' (
      desktop: terminals:
      lib.nameValuePair
        "${lib.optionalString (desktop != "default") "${lib.toLower desktop}-"}xdg-terminals.list"
        {
          text = lib.concatMapStrings (terminal: terminal + "\n") terminals;
        }
    ) cfg.settings;
  };
}
