# The garbage collector, from time to time.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nix.gc;
  # The session of systemd has no PATH of a shell.
  places = "$HOME/.nix-profile/bin:$HOME/.local/state/nix/profile/bin:/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin:$PATH";
  command =
    if config.nix.package != null then
      "exec ${config.nix.package}/bin/nix-collect-garbage"
    else
      "PATH=${places}; exec nix-collect-garbage";
  # An argument in double quotes: systemd.service(5), "Command lines".
  quoted =
    text: ''"${builtins.replaceStrings [ "\\" "\"" "%" "$" ] [ "\\\\" "\\\"" "%%" "$$" ] text}"'';
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "nix" "gc" "frequency" ] [ "nix" "gc" "dates" ])
  ];

  options.nix.gc = {
    automatic = lib.mkEnableOption "deletion of what nothing uses in the Nix store, from time to time";
    dates = mkOption {
      type = types.either types.singleLineStr (types.listOf types.str);
      default = "weekly";
      apply = lib.toList;
      example = "03:15";
      description = "When, in the words of systemd.time(7).";
    };
    randomizedDelaySec = mkOption {
      type = types.singleLineStr;
      default = "0";
      example = "45min";
      description = "The longest delay, which is chosen each time.";
    };
    options = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "--delete-older-than 30d";
      description = "Arguments of `nix-collect-garbage`.";
    };
    persistent = mkOption {
      type = types.bool;
      default = true;
      description = "Whether a time that was missed is made up for.";
    };
  };

  config = lib.mkIf cfg.automatic {
    systemd.user.services.nix-gc = {
      Unit.Description = "Delete what nothing uses in the Nix store";
      Service = {
        Type = "oneshot";
        ExecStart = "/bin/sh -c ${
          quoted (command + lib.optionalString (cfg.options != null) " ${cfg.options}")
        }";
      };
    };
    systemd.user.timers.nix-gc = {
      Unit.Description = "Delete what nothing uses in the Nix store";
      Timer = {
        OnCalendar = cfg.dates;
        RandomizedDelaySec = cfg.randomizedDelaySec;
        Persistent = cfg.persistent;
        Unit = "nix-gc.service";
      };
      Install.WantedBy = [ "timers.target" ];
    };
  };
}
