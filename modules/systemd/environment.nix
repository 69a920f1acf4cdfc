# Variables of what the user's systemd starts. environment.d(5)
{ config, lib, ... }:
let
  inherit (lib) types;
  cfg = config.systemd.user;
in
{
  options.systemd.user.sessionVariables = lib.mkOption {
    type = types.attrsOf (types.either types.int types.str);
    default = { };
    example = {
      EDITOR = "vim";
    };
    description = "Variables of everything that the user's systemd starts, as environment.d(5) reads them.";
  };

  config.xdg.configFile = lib.mkIf (cfg.enable && cfg.sessionVariables != { }) {
    "environment.d/10-home-manager.conf".text = lib.concatStrings (
      lib.mapAttrsToList (name: v: "${name}=${toString v}\n") cfg.sessionVariables
    );
  };
}
