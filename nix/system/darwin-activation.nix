# Homes of nix-darwin: activated as their users when the system is, or by an
# agent of launchd when a session begins.
{ config, lib, ... }:
let
  inherit (lib)
    concatStringsSep
    escapeShellArg
    filterAttrs
    mapAttrsToList
    mkIf
    ;
  cfg = config.nhmt;
  atLogin = filterAttrs (_: user: user.nhmt.activation == "login") cfg.users;
  atSwitch = filterAttrs (_: user: user.nhmt.activation != "login") cfg.users;

  # What is run as the user. Nothing of it ends the activation of the system,
  # which would leave that half switched.
  steps =
    name: user:
    ''
      ${user.home.activationPackage}/activate${lib.optionalString cfg.verbose " --verbose"} || echo 'warning: nhmt: the home of ${name} could not be activated' >&2
    ''
    + cfg.applications user;
  nix = lib.optionalString (config.nix.enable or true
  ) "PATH=${config.nix.package}/bin:$PATH; export PATH\n";

  activate = name: user: ''
    echo "activating the home of ${name}" >&2
    nhmtUid=$(id -u -- ${escapeShellArg user.home.username}) &&
    launchctl asuser "$nhmtUid" sudo -u ${escapeShellArg user.home.username} --set-home -- /bin/sh -c ${
      escapeShellArg (nix + steps name user)
    } ||
      echo ${escapeShellArg "warning: nhmt: the home of ${name} could not be activated"} >&2
  '';
in
{
  config = mkIf (cfg.users != { }) {
    system.activationScripts.postActivation.text = concatStringsSep "\n" (
      mapAttrsToList activate atSwitch
    );

    # One agent for all users: launchd starts it in each session.
    launchd.agents = mkIf (atLogin != { }) {
      nhmt = {
        script =
          nix
          + ''
            case $(id -un) in
          ''
          + lib.concatStrings (
            mapAttrsToList (name: user: ''
              ${escapeShellArg user.home.username})
              ${steps name user}
              ;;
            '') atLogin
          )
          + ''
            esac
          '';
        serviceConfig = {
          RunAtLoad = true;
          KeepAlive = false;
          LimitLoadToSessionType = [
            "Aqua"
            "Background"
          ];
        };
      };
    };
  };
}
