# Services of the session bus that packages bring.
{
  config,
  lib,
  ...
}:
let
  cfg = config.dbus;
in
{
  options.dbus.packages = lib.mkOption {
    type = lib.types.listOf lib.types.package;
    default = [ ];
    description = "Packages whose `share/dbus-1/services` the session bus is to find, below {option}`xdg.dataHome`.";
  };

  config.xdg.dataFile = lib.mkIf (cfg.packages != [ ]) {
    "dbus-1/services" = {
      recursive = true;
      source = config.nhmt.mergePackages "dbus.packages" "/share/dbus-1/services" cfg.packages;
    };
  };
}
