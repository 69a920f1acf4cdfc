# A unit of the user's systemd that takes back persisted files which programs
# replace, while the session lasts and at its end.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  routes = builtins.attrValues config.nhmt.state.entries;
  unit = ".config/systemd/user/nhmt-persist.service";
  wanted = ".config/systemd/user/basic.target.wants/nhmt-persist.service";
  # Programs stop before it does, since they start after basic.target
  # (systemd.special(7), bootup(7)); what they save on the way out is taken back.
  # What is saved before the program watches, or after it was killed, is taken
  # back when the unit ends (systemd.service(5), "ExecStopPost").
  text = ''
    [Unit]
    Description=Take back persisted files that programs replace
    Documentation=man:systemd.special(7)
    DefaultDependencies=no
    Before=basic.target shutdown.target
    Conflicts=shutdown.target

    [Service]
    ExecStart=${nhmtLib.shell.unitCommand "persist sync --watch"}
    ExecStopPost=${nhmtLib.shell.unitCommand "persist sync --quiet"}
    Restart=on-failure
    RestartSec=10

    [Install]
    WantedBy=basic.target
  '';
in
{
  options.nhmt.persistSync.enable = mkOption {
    type = types.bool;
    default = builtins.any (route: route.value.kind == "file") routes;
    defaultText = lib.literalExpression "whether a file is persisted";
    description = ''
      Whether a unit of the user's systemd runs `nhmt persist sync --watch`: a program that saves a persisted
      file by moving a new one over it has that file taken to the root at once, and at a logout or a shutdown
      what was saved last. Other systems do not read the unit.
    '';
  };

  config.home.file = mkIf config.nhmt.persistSync.enable {
    ${unit} = {
      inherit text;
      # A session that is on its way would only have it after the next login.
      onChange = ''
        if [ -S "''${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/systemd/private" ] && command -v systemctl >/dev/null; then
          systemctl --user daemon-reload && systemctl --user restart nhmt-persist.service
        fi
      '';
    };
    ${wanted}.text = text;
  };
}
