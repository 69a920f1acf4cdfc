# Options that the versions of GTK share.
{ lib }:
let
  inherit (lib) literalExpression mkOption types;
in
rec {
  theme =
    more:
    types.nullOr (
      types.submodule {
        options = {
          package = mkOption {
            type = types.nullOr types.package;
            default = null;
            description = "The package with the theme; null when the system has it.";
          };
          name = mkOption {
            type = types.str;
            example = "Adwaita";
            description = "The theme's name.";
          };
        }
        // more;
      }
    );
  cursor = theme {
    size = mkOption {
      type = types.nullOr types.int;
      default = null;
      example = 24;
      description = "The pointer's size.";
    };
  };
  scheme = types.nullOr (
    types.enum [
      "dark"
      "light"
    ]
  );

  # Of all versions (`whose` is null), or of one that takes those by default.
  option =
    whose: name: type: description:
    mkOption (
      {
        inherit type;
        default = if whose == null then null else whose.${name};
        description = "${description}${if whose == null then ", for all versions of GTK" else ""}.";
      }
      // lib.optionalAttrs (whose != null) { defaultText = literalExpression "config.gtk.${name}"; }
    );
  looks = whose: {
    font = option whose "font" (types.nullOr lib.hm.types.fontType) "The font";
    theme = option whose "theme" (theme { }) "The theme";
    iconTheme = option whose "iconTheme" (theme { }) "The theme of icons";
    cursorTheme = option whose "cursorTheme" cursor "The theme of the mouse pointer";
  };
  colorScheme = whose: {
    colorScheme = option whose "colorScheme" scheme "Whether programs prefer dark or light colours";
  };

  extraConfig =
    version:
    mkOption {
      type = types.attrsOf (
        types.oneOf [
          types.bool
          types.int
          types.str
        ]
      );
      default = { };
      example = {
        gtk-cursor-blink = false;
      };
      description = "Further settings of {file}`gtk-${version}/settings.ini`; they outrank those above.";
    };
  extraCss =
    version:
    mkOption {
      type = types.lines;
      default = "";
      description = "The text of {file}`gtk-${version}/gtk.css`.";
    };

  # What is set, in GTK's names.
  settings =
    cfg:
    lib.optionalAttrs (cfg.font != null) {
      gtk-font-name = "${cfg.font.name} ${
        toString (if cfg.font.size == null then 11 else cfg.font.size)
      }";
    }
    // lib.optionalAttrs (cfg.theme != null) { gtk-theme-name = cfg.theme.name; }
    // lib.optionalAttrs (cfg.iconTheme != null) { gtk-icon-theme-name = cfg.iconTheme.name; }
    // lib.optionalAttrs (cfg.cursorTheme != null) (
      {
        gtk-cursor-theme-name = cfg.cursorTheme.name;
      }
      // lib.optionalAttrs (cfg.cursorTheme.size != null) {
        gtk-cursor-theme-size = cfg.cursorTheme.size;
      }
    )
    // lib.optionalAttrs (cfg.colorScheme or null == "dark") {
      gtk-application-prefer-dark-theme = true;
    };
}
