# Where programs look for configurations and data beside those of the home.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.xdg.systemDirs;
  directories =
    variable: example:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit example;
      description = "Directories to put before those in {env}`${variable}`.";
    };
  only = name: directories: mkIf (directories != [ ]) { ${name} = directories; };
in
{
  options.xdg.systemDirs = {
    config = directories "XDG_CONFIG_DIRS" [ "/etc/xdg" ];
    data = directories "XDG_DATA_DIRS" [ "/usr/share" ];
  };

  config = {
    home.sessionSearchVariables = lib.mkMerge [
      (only "XDG_CONFIG_DIRS" cfg.config)
      (only "XDG_DATA_DIRS" cfg.data)
    ];
  };
}
