# Programs that start with the desktop.
# https://specifications.freedesktop.org/autostart-spec/0.5/
{
  config,
  lib,
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
  cfg = config.xdg.autostart;
  directory = pkgs.runCommand "xdg-autostart" { entries = map toString cfg.entries; } ''
    mkdir "$out"
    for entry in $entries; do ln -s "$entry" "$out/"; done
  '';
in
{
  options.xdg.autostart = {
    enable = lib.mkEnableOption "starting of programs with the desktop";
    readOnly = mkOption {
      type = types.bool;
      default = false;
      description = "Whether {file}`autostart` becomes one link to a directory in the Nix store, so that programs cannot add themselves. Needs nixpkgs.";
    };
    entries = mkOption {
      type = types.listOf types.path;
      default = [ ];
      example = lib.literalExpression ''[ "''${pkgs.firefox}/share/applications/firefox.desktop" ]'';
      description = "Desktop entries of the programs.";
    };
  };

  config.xdg.configFile = mkIf cfg.enable (mkMerge [
    (mkIf cfg.readOnly { autostart.source = directory; })
    (mkIf (!cfg.readOnly) (
      builtins.listToAttrs (
        map (
          entry:
          lib.nameValuePair "autostart/${builtins.unsafeDiscardStringContext (baseNameOf entry)}" {
            source = entry;
          }
        ) cfg.entries
      )
    ))
  ]);
}
