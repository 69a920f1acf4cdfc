# Units, as systemd.unit(5) and the pages of their kinds have them: sections of
# keys, a list for a key that stands several times.
{ lib }:
let
  inherit (lib) mkOption types;
  scalar = types.oneOf [
    types.bool
    types.int
    types.str
    types.path
  ];
  strings = types.coercedTo types.str lib.toList (types.listOf types.str);
  triggers =
    what:
    mkOption {
      type = types.listOf (types.either types.package types.str);
      default = [ ];
      description = "Texts that stand for what the unit depends on, such as files: a switch in which one changed has the running unit ${what}.";
    };

  unit =
    kind: more:
    types.submodule {
      freeformType = types.attrsOf (types.attrsOf (types.either scalar (types.listOf scalar))) // {
        description = "systemd ${kind} unit configuration";
      };
      imports = [
        {
          options.Unit = {
            Description = mkOption {
              type = types.nullOr types.str;
              default = null;
              description = "What the unit is, in a few words.";
            };
            Documentation = mkOption {
              type = strings;
              default = [ ];
              example = [ "man:git(1)" ];
              description = "Where there is more about it.";
            };
          };
        }
        more
      ];
    };
in
{
  unit = kind: types.attrsOf (unit kind { });
  service = types.attrsOf (
    unit "service" {
      options = {
        Unit = {
          X-Reload-Triggers = triggers "reloaded";
          X-Restart-Triggers = triggers "restarted";
          X-SwitchMethod = mkOption {
            type = types.enum [
              null
              "reload"
              "restart"
              "stop-start"
              "keep-old"
            ];
            default = null;
            description = "What a switch does with a running service that changed: a restart, unless this says otherwise.";
          };
        };
        Service = {
          Environment = mkOption {
            type = strings;
            default = [ ];
            example = [ "EDITOR=vim" ];
            description = "Variables of its processes.";
          };
          ExecStart =
            let
              command = types.either types.package types.str;
            in
            mkOption {
              type = types.either command (types.listOf command);
              default = [ ];
              apply = lib.toList;
              example = "/usr/bin/env true";
              description = "What it runs.";
            };
        };
      };
    }
  );
}
