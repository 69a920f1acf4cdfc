# The theme of the mouse pointer, told to all who draw one.
# https://specifications.freedesktop.org/icon-theme-spec/latest/
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib)
    mkDefault
    mkIf
    mkMerge
    mkOption
    types
    ;
  cfg = config.home.pointerCursor;
  option = options.home.pointerCursor;

  size =
    who:
    mkOption {
      type = types.int;
      default = cfg.size;
      defaultText = lib.literalExpression "config.home.pointerCursor.size";
      example = 24;
      description = "The size in ${who}.";
    };
  part = who: more: { enable = lib.mkEnableOption "the pointer's theme in ${who}"; } // more;

  # Home Manager's configurations of old set a theme and no switch.
  switched = builtins.any (d: d ? enable) option.definitions;
  given = option.highestPrio < (lib.mkOptionDefault { }).priority;
  enable = if switched then cfg.enable else given;

  index.text = lib.generators.toINI { } {
    "Icon Theme" = {
      Name = "Default";
      Comment = "The pointer's theme";
      Inherits = cfg.name;
    };
  };
  theme = mkIf (cfg.package != null) { source = "${cfg.package}/share/icons/${cfg.name}"; };
in
{
  options.home.pointerCursor = mkOption {
    type = types.submodule {
      options = {
        enable = lib.mkEnableOption "the pointer's theme";
        package = mkOption {
          type = types.nullOr types.package;
          default = null;
          example = lib.literalExpression "pkgs.vanilla-dmz";
          description = "The package with the theme; null when the system has it.";
        };
        name = mkOption {
          type = types.str;
          example = "Vanilla-DMZ";
          description = "The theme's name.";
        };
        size = mkOption {
          type = types.int;
          default = 32;
          example = 24;
          description = "The pointer's size.";
        };
        dotIcons.enable = lib.mkEnableOption "the theme in {file}`~/.icons`, where old programs look" // {
          default = true;
        };
        gtk = part "GTK, by {option}`gtk.cursorTheme`" { size = size "GTK"; };
        hyprcursor = part "Hyprland" { size = size "Hyprland"; };
        sway = part "sway" { size = size "sway"; };
        x11 = part "X, by {option}`xresources.properties`" {
          size = size "X";
          defaultCursor = mkOption {
            type = types.str;
            default = "left_ptr";
            example = "X_cursor";
            description = "The pointer of the root window.";
          };
        };
      };
    };
    default = { };
    description = "The theme of the mouse pointer.";
  };

  config = mkMerge [
    (mkIf enable {
      home.packages = lib.optional (cfg.package != null) cfg.package;
      home.sessionVariables = mkMerge [
        {
          XCURSOR_THEME = mkDefault cfg.name;
          XCURSOR_SIZE = mkDefault cfg.x11.size;
        }
        (mkIf cfg.hyprcursor.enable {
          HYPRCURSOR_THEME = cfg.name;
          HYPRCURSOR_SIZE = cfg.hyprcursor.size;
        })
      ];
      home.sessionSearchVariables.XCURSOR_PATH = [ "${config.home.profileDirectory}/share/icons" ];

      xdg.dataFile = {
        "icons/default/index.theme" = index;
        "icons/${cfg.name}" = theme;
      };
      home.file = mkIf cfg.dotIcons.enable {
        ".icons/default/index.theme" = index;
        ".icons/${cfg.name}" = theme;
      };

      xresources.properties = mkIf cfg.x11.enable {
        "Xcursor.theme" = cfg.name;
        "Xcursor.size" = cfg.x11.size;
      };
      gtk.cursorTheme = mkIf cfg.gtk.enable (mkDefault {
        inherit (cfg) name package;
        inherit (cfg.gtk) size;
      });
      warnings = lib.optional cfg.sway.enable ''
        home.pointerCursor.sway.enable has no effect: nhmt has no module for sway yet.
          Write `seat * xcursor_theme ${cfg.name} ${toString cfg.sway.size}' into sway's configuration.'';
    })
    {
      warnings = lib.optional (given && !switched) ''
        home.pointerCursor is set without home.pointerCursor.enable, which turns it on for now
          Write home.pointerCursor.enable = true;'';
    }
  ];
}
