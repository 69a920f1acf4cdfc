# Fonts: where they are, which are meant by general names, how they are drawn.
# fonts-conf(5)
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.fonts.fontconfig;

  fonts =
    kind:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "DejaVu Sans" ];
      description = "The ${kind} fonts, the best first; further ones serve other scripts.";
    };
  names = {
    monospace = "monospace";
    sansSerif = "sans-serif";
    serif = "serif";
    emoji = "emoji";
  };
  aliases = lib.concatMap (
    setting:
    lib.optional (cfg.defaultFonts.${setting} != [ ]) {
      "@binding" = "same";
      family = names.${setting};
      prefer.family = cfg.defaultFonts.${setting};
    }
  ) (builtins.attrNames names);

  assign =
    name: value:
    {
      "@name" = name;
      "@mode" = "assign";
    }
    // value;
  rendering =
    lib.optional (cfg.antialiasing != null) (assign "antialias" { bool = cfg.antialiasing; })
    ++ lib.optionals (cfg.hinting != null) [
      (assign "hinting" { bool = cfg.hinting != "none"; })
      (assign "hintstyle" { const = "hint${cfg.hinting}"; })
    ]
    ++ lib.optional (cfg.subpixelRendering != null) (
      assign "rgba" {
        const = builtins.replaceStrings [ "vertical-" ] [ "v" ] cfg.subpixelRendering;
      }
    );
  included = path: {
    "@ignore_missing" = "yes";
    "#text" = path;
  };
  profile = config.home.profileDirectory;
in
{
  imports = [
    (lib.mkRenamedOptionModule
      [ "fonts" "fontconfig" "enableProfileFonts" ]
      [ "fonts" "fontconfig" "enable" ]
    )
  ];

  options.fonts.fontconfig = {
    enable = lib.mkEnableOption "fonts of {option}`home.packages` and the settings below, for programs that use fontconfig";
    defaultFonts = {
      monospace = fonts "monospace";
      sansSerif = fonts "sans-serif";
      serif = fonts "serif";
      emoji = fonts "emoji";
    };
    antialiasing = mkOption {
      type = types.nullOr types.bool;
      default = null;
      description = "Whether edges of glyphs are smoothed; null leaves it to the system.";
    };
    hinting = mkOption {
      type = types.nullOr (
        types.enum [
          "none"
          "slight"
          "medium"
          "full"
        ]
      );
      default = null;
      description = "How much glyphs are fitted to the pixels; null leaves it to the system.";
    };
    subpixelRendering = mkOption {
      type = types.nullOr (
        types.enum [
          "none"
          "rgb"
          "bgr"
          "vertical-rgb"
          "vertical-bgr"
        ]
      );
      default = null;
      description = "The order of colours in a pixel of the screen; null leaves it to the system.";
    };
    configFile = mkOption {
      type = types.attrsOf (import ./config-file.nix { inherit lib; });
      default = { };
      description = "Files of fontconfig below {file}`fontconfig/conf.d`, by what their names say.";
    };
  };

  config = lib.mkIf cfg.enable {
    fonts.fontconfig.configFile = {
      fonts = {
        priority = 10;
        settings = {
          description = "Fonts of the home's packages";
          include = map included [
            "${profile}/etc/fonts/conf.d"
            "${profile}/etc/fonts/fonts.conf"
          ];
          dir = [
            "${profile}/lib/X11/fonts"
            "${profile}/share/fonts"
          ];
        };
      };
      rendering = {
        enable = rendering != [ ];
        priority = 10;
        settings = {
          description = "How fonts are drawn";
          match = {
            "@target" = "font";
            edit = rendering;
          };
        };
      };
      default-fonts = {
        enable = aliases != [ ];
        priority = 52;
        settings = {
          description = "What general names of fonts stand for";
          alias = aliases;
        };
      };
    };
    xdg.configFile = lib.mapAttrs' (
      _: file: lib.nameValuePair "fontconfig/conf.d/${file.target}" file.written
    ) (lib.filterAttrs (_: file: file.enable) cfg.configFile);
  };
}
