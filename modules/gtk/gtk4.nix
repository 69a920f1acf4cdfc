# GTK 4: gtk-4.0/settings.ini and gtk.css
{ config, lib, ... }:
let
  inherit (lib) mkIf;
  cfg = config.gtk.gtk4;
  gtk = import ./types.nix { inherit lib; };
  inherit (config.home) stateVersion;
  # GTK 4 takes no theme by its settings; a style sheet of the user's it reads.
  imported = lib.optionalString (cfg.theme != null && cfg.theme.package != null) ''
    @import url("file://${cfg.theme.package}/share/themes/${cfg.theme.name}/gtk-4.0/gtk.css");
  '';
  # GtkInterfaceColorScheme
  scheme = lib.optionalAttrs (cfg.colorScheme != null) {
    gtk-interface-color-scheme = if cfg.colorScheme == "dark" then 2 else 3;
  };
in
{
  options.gtk.gtk4 = {
    enable = lib.mkEnableOption "settings of GTK 4" // {
      default = true;
    };
    extraConfig = gtk.extraConfig "4.0";
    extraCss = gtk.extraCss "4.0";
  }
  // gtk.looks config.gtk
  // gtk.colorScheme config.gtk
  // {
    theme = gtk.option config.gtk "theme" (gtk.theme { }) "The theme" // {
      default =
        if stateVersion != null && lib.versionOlder stateVersion "26.05" then config.gtk.theme else null;
      defaultText = lib.literalExpression ''config.gtk.theme if home.stateVersion is older than "26.05", else null'';
    };
  };

  config = mkIf (config.gtk.enable && cfg.enable) {
    xdg.configFile = {
      "gtk-4.0/settings.ini" = {
        format = "ini";
        value.Settings = gtk.settings cfg // scheme // cfg.extraConfig;
      };
      "gtk-4.0/gtk.css" = mkIf (imported != "" || cfg.extraCss != "") { text = imported + cfg.extraCss; };
    };
  };
}
