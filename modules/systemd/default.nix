# The user's own systemd: units, and the settings of the manager.
# systemd.unit(5), systemd-user.conf(5)
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib)
    mkIf
    mkMerge
    mkOption
    types
    ;
  cfg = config.systemd.user;
  unitTypes = import ./types.nix { inherit lib; };

  kinds = {
    automounts = "automount";
    mounts = "mount";
    paths = "path";
    services = "service";
    slices = "slice";
    sockets = "socket";
    targets = "target";
    timers = "timer";
  };
  option =
    _: kind:
    mkOption {
      type = if kind == "service" then unitTypes.service else unitTypes.unit kind;
      default = { };
      example = lib.literalExpression ''
        {
          notes = {
            Unit.Description = "Keep the notes";
            Install.WantedBy = [ "default.target" ];
          };
        }
      '';
      description = "Units of the kind ${kind}, by name: sections with the keys of systemd.${kind}(5). With `Install`, the targets in `WantedBy` and `RequiredBy` have it.";
    };

  # What is not set is not written; nor is a section of that alone.
  sections =
    unit:
    lib.filterAttrs (_: keys: keys != { }) (
      builtins.mapAttrs (_: lib.filterAttrs (_: v: v != null && v != [ ])) unit
    );
  files =
    kind: name: unit:
    let
      file = "${name}.${kind}";
      content = {
        format = "ini";
        value = sections unit;
      };
      installed = suffix: target: lib.nameValuePair "systemd/user/${target}.${suffix}/${file}" content;
    in
    [ (lib.nameValuePair "systemd/user/${file}" content) ]
    ++ map (installed "wants") (lib.toList (unit.Install.WantedBy or [ ]))
    ++ map (installed "requires") (lib.toList (unit.Install.RequiredBy or [ ]));
  # Most homes have none of a kind, and need not have it merged.
  isSet = setting: options.systemd.user.${setting}.highestPrio < (lib.mkOptionDefault null).priority;
  units = lib.concatLists (
    lib.mapAttrsToList (
      setting: kind: lib.concatLists (lib.mapAttrsToList (files kind) cfg.${setting})
    ) (lib.filterAttrs (setting: _: isSet setting) kinds)
  );

  # Units may be written as files, too.
  hasUnits =
    units != [ ]
    || cfg.packages != [ ]
    || builtins.any (lib.hasPrefix "systemd/user/") (builtins.attrNames config.xdg.configFile);
  place =
    directory:
    "--units ${lib.escapeShellArg "${lib.removePrefix "${config.home.homeDirectory}/" directory}/systemd/user"}";
  switch = lib.concatStringsSep " " (
    [
      "\"\${NHMT_PROGRAM:-nhmt}\" internal switch-services"
      (place config.xdg.configHome)
      (place config.xdg.dataHome)
    ]
    ++ lib.optional (
      cfg.systemctlPath != "systemctl"
    ) "--systemctl ${lib.escapeShellArg cfg.systemctlPath}"
    ++ lib.optional (cfg.servicesStartTimeoutMs != 0) "--timeout ${toString cfg.servicesStartTimeoutMs}"
    ++ lib.optional (!cfg.startServices) "--suggest"
  );

  environment =
    description:
    mkOption {
      type = types.attrsOf (
        types.nullOr (
          types.oneOf [
            types.str
            types.path
            types.package
          ]
        )
      );
      default = { };
      apply =
        variables:
        lib.concatStringsSep " " (
          lib.mapAttrsToList (n: v: "${n}=${lib.escapeShellArg (toString v)}") variables
        );
      inherit description;
    };
  manager = builtins.mapAttrs (
    _: lib.filterAttrs (key: v: v != null && !(v == "" && lib.hasSuffix "Environment" key))
  ) cfg.settings;
  settings = lib.filterAttrs (_: keys: keys != { }) manager;
in
{
  imports = [
    ./environment.nix
    ./tmpfiles.nix
  ];

  options.systemd.user = builtins.mapAttrs option kinds // {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether units and settings are written. Systems without systemd do not read them.";
    };
    packages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages whose `share/systemd/user` the user's systemd is to find, below {option}`xdg.dataHome`.";
    };
    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (types.attrsOf types.anything);
        options.Manager = {
          DefaultEnvironment = environment "Variables of everything that the manager starts.";
          ManagerEnvironment = environment "Variables of the manager itself.";
        };
      };
      default = { };
      example = {
        Manager.DefaultTimeoutStopSec = "10s";
      };
      description = "Settings of the manager, in {file}`systemd/user.conf`.";
    };
    startServices = mkOption {
      type = types.either types.bool (
        types.enum [
          "suggest"
          "sd-switch"
        ]
      );
      default = true;
      apply = v: if builtins.isBool v then v else v == "sd-switch";
      description = ''
        Whether a switch starts new units that a running target wants, restarts those that run and changed,
        and stops those that are gone. With `false` or `"suggest"` it says what to do and has the manager read
        the units again, no more.
      '';
    };
    servicesStartTimeoutMs = mkOption {
      type = types.ints.unsigned;
      default = 0;
      description = "How long a switch waits for units to start, in milliseconds; they go on after that. 0 waits until they have.";
    };
    systemctlPath = mkOption {
      type = types.str;
      default = "systemctl";
      description = "The program that talks to the manager, systemctl(1).";
    };
  };

  config = mkIf cfg.enable {
    xdg.configFile = mkMerge [
      (builtins.listToAttrs units)
      (mkIf (isSet "settings" && settings != { }) {
        "systemd/user.conf" = {
          format = "ini";
          value = settings;
        };
      })
    ];
    xdg.dataFile = mkIf (cfg.packages != [ ]) {
      "systemd/user" = {
        recursive = true;
        source = config.nhmt.mergePackages "systemd.user.packages" "/share/systemd/user" cfg.packages;
      };
    };
    # With the name that Home Manager has for it, so that entries before and
    # after it keep their places.
    home.activation = mkIf hasUnits {
      reloadSystemd = lib.hm.dag.entryAfter [ "linkGeneration" ] switch // {
        whenGone = switch;
        dryRun = true;
        report = true;
      };
    };
  };
}
