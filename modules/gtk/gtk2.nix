# GTK 2: .gtkrc-2.0
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.gtk.gtk2;
  gtk = import ./types.nix { inherit lib; };
  # A double-quoted string, as the lexer of GLib reads it.
  quoted = v: if builtins.isString v then ''"${lib.escape [ "\\" "\"" ] v}"'' else toString v;
in
{
  options.gtk.gtk2 = {
    enable = lib.mkEnableOption "settings of GTK 2" // {
      default = true;
    };
    force = lib.mkEnableOption "moving a file in the way to the backups without asking";
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "gtk-can-change-accels = 1";
      description = "Further lines of the file.";
    };
    configLocation = mkOption {
      type = types.path;
      default =
        if config.home.preferXdgDirectories then
          "${config.xdg.configHome}/gtk-2.0/gtkrc"
        else
          "${config.home.homeDirectory}/.gtkrc-2.0";
      defaultText = "~/.gtkrc-2.0; with home.preferXdgDirectories gtk-2.0/gtkrc below xdg.configHome";
      description = "Where the file is; {env}`GTK2_RC_FILES` says so.";
    };
  }
  // gtk.looks config.gtk;

  config = lib.mkIf (config.gtk.enable && cfg.enable) {
    home.file.${toString cfg.configLocation} = {
      inherit (cfg) force;
      text =
        lib.concatStrings (lib.mapAttrsToList (name: v: "${name} = ${quoted v}\n") (gtk.settings cfg))
        + lib.optionalString (cfg.extraConfig != "") (lib.removeSuffix "\n" cfg.extraConfig + "\n");
    };
    home.sessionVariables.GTK2_RC_FILES = toString cfg.configLocation;
  };
}
