# Homes of NixOS: a unit for each, which runs as the user, and no moment of
# which is root's. What must be root's own (the directories around the home, and
# mounts) is tmpfiles' and the mount units', before it.
{ config, lib, ... }:
let
  inherit (lib)
    concatMap
    listToAttrs
    mapAttrsToList
    mkIf
    optional
    optionals
    unique
    ;
  escape = import ./escape.nix;
  cfg = config.nhmt;

  account = name: config.users.users.${name};
  # Of the same account, which need not be called as it is declared.
  login = name: (account name).name or name;
  uidOf = name: (account name).uid or null;
  manager = name: "user@${toString (uidOf name)}.service";

  rootsOf =
    user: unique (map (route: route.value.root) (builtins.attrValues user.nhmt.state.entries));
  # What is decrypted is in memory, in a place that is there before any session.
  secretsOf = name: "/run/nhmt/${name}";

  unit =
    name: user:
    let
      atLogin = user.nhmt.activation == "login";
      tree = user.home.activationPackage;
    in
    {
      name = "nhmt-${escape.name name}";
      value = {
        description = "Home of ${name}";
        # The manager of the user's units reads them when it starts, which it
        # does without a login where the user lingers.
        before =
          optional (!atLogin) "systemd-user-sessions.service" ++ optional (uidOf name != null) (manager name);
        wantedBy = [ (if atLogin then manager name else "multi-user.target") ];
        wants = [ "nix-daemon.socket" ];
        after = [
          "nix-daemon.socket"
          "systemd-tmpfiles-resetup.service"
        ];
        # Another home is swapped in, and none taken away before.
        stopIfChanged = false;
        path = optional (config.nix.enable or true) config.nix.package;
        unitConfig = {
          RequiresMountsFor = map escape.quoted (
            [ user.home.homeDirectory ]
            ++ unique (rootsOf user ++ user.nhmt.rootsOfSystem)
            ++ optional (user.nhmt.profile != null) (dirOf user.nhmt.profile)
          );
        }
        # The next session begins with it again.
        // lib.optionalAttrs atLogin { StopWhenUnneeded = true; };
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          User = login name;
          ExecStart = "${tree}/activate${lib.optionalString cfg.verbose " --verbose"}";
          SyslogIdentifier = "nhmt-${name}";
          TimeoutStartSec = "5min";
        };
      };
    };

  group = name: escape.quoted ((account name).group or "users");
  # Only what is made gets mode and owner: a root may be open to a group.
  made =
    place: name: "d ${escape.quoted place} :0700 :${escape.quoted (login name)} :${group name} -";
in
{
  options.nhmt.users = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submoduleWith {
        modules = [
          (
            { name, ... }:
            {
              options.nhmt.rootsOfSystem = lib.mkOption {
                type = lib.types.listOf lib.types.str;
                default = [ ];
                internal = true;
                description = "Directories outside of the home that the system makes for its user.";
              };
              config.nhmt.secrets.directory = lib.mkOverride 900 (secretsOf name);
            }
          )
        ];
      }
    );
  };

  config = mkIf (cfg.users != { }) {
    systemd.services = listToAttrs (mapAttrsToList unit cfg.users);

    # Directories above them that are missing become root's, as they should.
    systemd.tmpfiles.rules = concatMap (
      name:
      let
        user = cfg.users.${name};
      in
      optional (
        user.nhmt.manifest ? secrets
      ) "d ${escape.quoted (secretsOf name)} 0700 ${escape.quoted (login name)} ${group name} -"
      ++ map (root: made root name) (unique (rootsOf user ++ user.nhmt.rootsOfSystem))
    ) (builtins.attrNames cfg.users);

    assertions = mapAttrsToList (name: user: {
      assertion = user.nhmt.activation != "login" || uidOf name != null;
      message = "nhmt.users.${name}: to activate the home at a login, the number of the user has to be known. Set users.users.${name}.uid (`id -u ${name}' says it).";
    }) cfg.users;

    warnings = concatMap (
      name:
      optionals
        (
          (account name).linger or false == true
          && uidOf name == null
          && cfg.users.${name}.nhmt.activation == "boot"
        )
        [
          "nhmt.users.${name}: `${name}' lingers, and without users.users.${name}.uid the units of the home may start before the home is there. Set it (`id -u ${name}' says it)."
        ]
    ) (builtins.attrNames cfg.users);
  };
}
