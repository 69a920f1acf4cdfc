# GTK 3: gtk-3.0/settings.ini, gtk.css and bookmarks, and what GNOME keeps of it
# in dconf.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.gtk.gtk3;
  gtk = import ./types.nix { inherit lib; };
  settings = gtk.settings cfg;
  interface = {
    font-name = "gtk-font-name";
    gtk-theme = "gtk-theme-name";
    icon-theme = "gtk-icon-theme-name";
    cursor-theme = "gtk-cursor-theme-name";
    cursor-size = "gtk-cursor-theme-size";
  };
  inDatabase =
    lib.concatMapAttrs (
      key: name: lib.optionalAttrs (settings ? ${name}) { ${key} = settings.${name}; }
    ) interface
    // lib.optionalAttrs (cfg.colorScheme != null) { color-scheme = "prefer-${cfg.colorScheme}"; };
in
{
  options.gtk.gtk3 = {
    enable = lib.mkEnableOption "settings of GTK 3" // {
      default = true;
    };
    extraConfig = gtk.extraConfig "3.0";
    extraCss = gtk.extraCss "3.0";
    bookmarks = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "file:///home/alice/Documents" ];
      description = "Places in the side bar of file choosers.";
    };
  }
  // gtk.looks config.gtk
  // gtk.colorScheme config.gtk;

  config = mkIf (config.gtk.enable && cfg.enable) {
    xdg.configFile = {
      "gtk-3.0/settings.ini" = {
        format = "ini";
        value.Settings = settings // cfg.extraConfig;
      };
      "gtk-3.0/gtk.css" = mkIf (cfg.extraCss != "") { text = cfg.extraCss; };
      "gtk-3.0/bookmarks" = mkIf (cfg.bookmarks != [ ]) {
        text = lib.concatMapStrings (place: place + "\n") cfg.bookmarks;
      };
    };
    # Nothing of the database is touched for settings that it does not have.
    dconf.settings = mkIf (inDatabase != { }) { "org/gnome/desktop/interface" = inDatabase; };
  };
}
