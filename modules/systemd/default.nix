# The user's own systemd: units, and the settings of the manager.
# systemd.unit(5), systemd-user.conf(5)
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkIf mkMerge mkOption types;
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
    lib.mapAttrsToList (setting: kind: lib.concatLists (lib.mapAttrsToList (files kind) cfg.${setting})) (
      lib.filterAttrs (setting: _: isSet setting) kinds
    )
  );

  environment =
    description:
    mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
      default = { };
      apply = variables: lib.concatStringsSep " " (lib.mapAttrsToList (n: v: "${n}=${lib.escapeShellArg (toString v)}") variables);
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
      type = types.either types.bool (types.enum [ "suggest" "sd-switch" ]);
      default = true;
      apply = v: if builtins.isBool v then v else v == "sd-switch";
      description = "Taken for Home Manager's configurations; nhmt writes units and does not start or stop them yet.";
    };
    servicesStartTimeoutMs = mkOption {
      type = types.ints.unsigned;
      default = 0;
      description = "Taken for Home Manager's configurations, as {option}`systemd.user.startServices` is.";
    };
    systemctlPath = mkOption {
      type = types.str;
      default = "systemctl";
      description = "The program that tells the manager of changed units.";
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
    # A manager that runs knows the units that it read.
    home.activation = mkIf (units != [ ]) {
      reloadSystemd = lib.hm.dag.entryAfter [ "linkGeneration" ] ''
        if [ -S "''${XDG_RUNTIME_DIR:=/run/user/$(id -u)}/systemd/private" ] && command -v ${cfg.systemctlPath} >/dev/null; then
          export XDG_RUNTIME_DIR
          ${cfg.systemctlPath} --user daemon-reload
        fi
      '';
    };
  };
}
