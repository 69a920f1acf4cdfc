# Settings of GNOME's programs, in the database of dconf.
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.dconf;
  settingsType = types.attrsOf (types.attrsOf lib.hm.types.gvariant);

  # null: the database that the system's profile names for the user.
  databases =
    lib.optional (cfg.settings != { }) {
      name = null;
      settings = cfg.settings;
    }
    ++ lib.mapAttrsToList (name: settings: { inherit name settings; }) cfg.databases;

  keysFile =
    database: "nhmt/dconf-keys${lib.optionalString (database.name != null) "-${database.name}"}";
  keys =
    database:
    lib.concatStrings (
      lib.concatLists (
        lib.mapAttrsToList (
          directory: entries: map (key: "/${directory}/${key}\n") (builtins.attrNames entries)
        ) database.settings
      )
    );
  ini = lib.generators.toINI {
    mkKeyValue = key: value: "${key}=${toString (lib.hm.gvariant.mkValue value)}";
    mkSectionName = lib.id;
  };
  # A line that no text has.
  end =
    text:
    "END_${
      builtins.substring 0 16 (builtins.hashString "sha256" (builtins.unsafeDiscardStringContext text))
    }";

  data = lib.removePrefix "${config.home.homeDirectory}/" config.xdg.dataHome;
  load =
    database:
    let
      text = ini database.settings;
    in
    ''
      inDatabase ${lib.escapeShellArg (toString database.name)} $bus "$dconf" load / <<'${end text}'
      ${lib.removeSuffix "\n" text}
      ${end text}
    '';
  reset =
    gone:
    "gone=${gone} dconf=${program cfg.package "dconf"} dbus_run_session=${program cfg.dbusPackage "dbus-run-session"}\n"
    + builtins.readFile ./load.sh
    + "resetKeys ${lib.escapeShellArg "home/${data}/nhmt"}\n";
  program = package: name: if package == null then name else "${package}/bin/${name}";
in
{
  options.dconf = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether a switch loads the settings. It takes the program `dconf` and a session bus, which it starts when there is none.";
    };
    package =
      nhmtLib.packages.option pkgs "dconf" "The package with `dconf`; null takes the one on PATH."
        { internal = true; };
    dbusPackage =
      nhmtLib.packages.option pkgs "dbus"
        "The package with `dbus-run-session`; null takes the one on PATH."
        { internal = true; };
    settings = mkOption {
      type = settingsType;
      default = { };
      example = {
        "org/gnome/desktop/interface".clock-show-seconds = true;
      };
      description = ''
        Keys and their values, by directory. Values have types, by which programs look for them: an integer is
        an `int32`, a text a `string`; `lib.hm.gvariant` makes the others. A key that is no longer set is reset.
      '';
    };
    databases = mkOption {
      type = types.attrsOf settingsType;
      default = { };
      description = "Settings in databases of other names.";
    };
  };

  config = lib.mkMerge [
    (lib.mkIf (cfg.enable && databases != [ ]) {
      xdg.dataFile = builtins.listToAttrs (
        map (database: lib.nameValuePair (keysFile database) { text = keys database; }) databases
      );
      home.activation.dconfSettings =
        lib.hm.dag.entryAfter [ "installPackages" "linkGeneration" ] (
          reset "" + lib.concatMapStrings load databases
        )
        // {
          whenGone = reset "1";
        };
    })
    # Settings that are still declared are left alone: they are not gone.
    (lib.mkIf (!cfg.enable && databases != [ ]) { home.activation.dconfSettings = ":"; })
  ];
}
