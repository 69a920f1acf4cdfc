# A unit of the user's systemd that decrypts secrets again at a login.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  unit = ".config/systemd/user/nhmt-secrets.service";
  wanted = ".config/systemd/user/basic.target.wants/nhmt-secrets.service";
  # Services of the user start after basic.target (systemd.special(7)), and so
  # after this one has ended.
  text = ''
    [Unit]
    Description=Decrypt the secrets of the home into memory
    DefaultDependencies=no
    Before=basic.target shutdown.target
    Conflicts=shutdown.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=${nhmtLib.shell.unitCommand "--quiet secrets decrypt"}

    [Install]
    WantedBy=basic.target
  '';
in
{
  options.nhmt.secrets.service.enable = mkOption {
    type = types.bool;
    default = config.home.secrets != { };
    defaultText = lib.literalExpression "whether there are secrets";
    description = ''
      Whether a unit of the user's systemd decrypts the secrets at a login, before the user's other services
      start. Other systems do not read the unit.
    '';
  };

  config.home.file = mkIf config.nhmt.secrets.service.enable {
    ${unit} = {
      inherit text;
      # The run that brings it has decrypted them already.
      onChange = ''
        if [ -S "''${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/systemd/private" ] && command -v systemctl >/dev/null; then
          systemctl --user daemon-reload
        fi
      '';
    };
    ${wanted}.text = text;
  };
}
