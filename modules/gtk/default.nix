# GTK, all versions.
{ config, lib, ... }:
let
  cfg = config.gtk;
  gtk = import ./types.nix { inherit lib; };
  versions = builtins.filter (version: version.enable) [
    cfg.gtk2
    cfg.gtk3
    cfg.gtk4
  ];
  packages =
    version:
    builtins.filter (package: package != null) (
      map (part: if part == null then null else part.package) [
        version.font
        version.theme
        version.iconTheme
        version.cursorTheme
      ]
    );
in
{
  imports = [
    ./gtk2.nix
    ./gtk3.nix
    ./gtk4.nix
  ];

  options.gtk = {
    enable = lib.mkEnableOption "settings of GTK";
  }
  // gtk.looks null
  // gtk.colorScheme null;

  config = lib.mkIf cfg.enable { home.packages = lib.unique (lib.concatMap packages versions); };
}
