# Files that come and go: tmpfiles.d(5)
{ config, lib, ... }:
let
  cfg = config.systemd.user.tmpfiles;
  # The units are systemd's own; it lacks what makes the session start them.
  started = {
    "basic.target" = "systemd-tmpfiles-setup.service";
    "timers.target" = "systemd-tmpfiles-clean.timer";
  };
in
{
  options.systemd.user.tmpfiles.rules = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "d %h/scratch - - - 7d" ];
    description = "Rules of tmpfiles.d(5), in {file}`user-tmpfiles.d`.";
  };

  config.xdg.configFile = lib.mkIf (cfg.rules != [ ]) (
    {
      "user-tmpfiles.d/home-manager.conf" = {
        text = lib.concatMapStrings (rule: rule + "\n") cfg.rules;
        onChange = ''
          if command -v systemd-tmpfiles >/dev/null; then
            systemd-tmpfiles --user --remove --create
          fi
        '';
      };
    }
    // lib.mapAttrs' (
      target: unit:
      lib.nameValuePair "systemd/user/${target}.wants/${unit}" {
        source = config.lib.file.mkOutOfStoreSymlink "/usr/lib/systemd/user/${unit}";
      }
    ) started
  );
}
