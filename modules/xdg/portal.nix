# Which desktop portal answers which request. portals.conf(5)
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib)
    mkIf
    mkMerge
    mkOption
    types
    ;
  cfg = config.xdg.portal;
  directory = "${config.home.profileDirectory}/share/xdg-desktop-portal/portals";
  names = types.coercedTo (types.either (types.listOf types.str) types.str) (
    v: lib.concatStringsSep ";" (lib.toList v)
  ) types.str;
in
{
  options.xdg.portal = {
    enable = lib.mkEnableOption "desktop portals, by which programs ask for files, screenshots and the like";
    extraPortals = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.xdg-desktop-portal-gtk ]";
      description = "Packages with portals. With any, those of the system are not looked at.";
    };
    xdgOpenUsePortal = mkOption {
      type = types.bool;
      default = false;
      description = "Whether nixpkgs' `xdg-open` asks a portal, by {env}`NIXOS_XDG_OPEN_USE_PORTAL`.";
    };
    config = mkOption {
      type = types.attrsOf (types.attrsOf names);
      default = { };
      example = {
        common.default = [ "gtk" ];
        sway."org.freedesktop.impl.portal.Screenshot" = "wlr";
      };
      description = "The portals for each interface, by desktop; `common` is for all that have no setting of their own.";
    };
    configPackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages with `share/xdg-desktop-portal/*-portals.conf`; {option}`xdg.portal.config` outranks them.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = !nhmtLib.pkgsGiven || cfg.extraPortals != [ ];
        message = "xdg.portal.enable needs a portal in xdg.portal.extraPortals, such as pkgs.xdg-desktop-portal-gtk.";
      }
    ];
    warnings = lib.optional (cfg.config == { } && cfg.configPackages == [ ]) ''
      xdg.portal.enable without xdg.portal.config: since its version 1.17 xdg-desktop-portal takes none of the portals by itself
        Write for instance xdg.portal.config.common.default = "gtk";'';
    home.packages =
      lib.optional nhmtLib.pkgsGiven pkgs.xdg-desktop-portal ++ cfg.extraPortals ++ cfg.configPackages;
    home.sessionVariables = mkMerge [
      (mkIf cfg.xdgOpenUsePortal { NIXOS_XDG_OPEN_USE_PORTAL = "1"; })
      (mkIf (cfg.extraPortals != [ ]) { NIX_XDG_DESKTOP_PORTAL_DIR = directory; })
    ];

    xdg.configFile = lib.mapAttrs' (
      desktop: preferred:
      lib.nameValuePair
        "xdg-desktop-portal/${lib.optionalString (desktop != "common") "${desktop}-"}portals.conf"
        {
          format = "ini";
          value = { inherit preferred; };
        }
    ) (lib.filterAttrs (_: preferred: preferred != { }) cfg.config);
  };
}
