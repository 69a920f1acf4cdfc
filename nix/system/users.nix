# `nhmt.users`: homes in the configuration of a system, NixOS or nix-darwin.
# What happens with them is in the files beside this one.
system:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    concatMap
    filterAttrs
    mapAttrs
    mapAttrsToList
    mkDefault
    mkIf
    mkOption
    optional
    types
    ;
  cfg = config.nhmt;
  isNixos = system == "nixos";

  account = name: config.users.users.${name} or { };
  # What packages of a user are set for is named among the users too.
  exists =
    name:
    if isNixos then
      (account name).enable or true
      && ((account name).isNormalUser or false || (account name).isSystemUser or false || name == "root")
    else
      config.users.users ? ${name};
  # As homes spell it.
  spelled =
    place:
    if place != "/" && lib.hasSuffix "/" place then spelled (lib.removeSuffix "/" place) else place;
  homeOf =
    name:
    let
      home = (account name).home or null;
    in
    if exists name && home != null then spelled (toString home) else null;

  base = import ../. {
    configuration = [ ];
    inherit lib pkgs;
    inherit (pkgs.stdenv.hostPlatform) system;
    builder = "${cfg.package}/bin/nhmt";
    extraSpecialArgs = {
      osConfig = config;
      ${if isNixos then "nixosConfig" else "darwinConfig"} = config;
    }
    // cfg.extraSpecialArgs;
  };

  # Between what a home says plainly and its own defaults: an existing home.nix
  # may say whose it is, too.
  known = lib.mkOverride 900;

  home =
    { name, ... }:
    {
      _file = "nhmt (what the system says of each home)";
      imports = cfg.sharedModules;
      options.nhmt.activation = mkOption {
        type = types.enum [
          "boot"
          "login"
        ];
        default = cfg.activation;
        defaultText = lib.literalExpression "config.nhmt.activation of the system";
        description = "When this home is activated; the system's {option}`nhmt.activation` says more.";
      };
      config = {
        nhmt.managedBy = system;
        nhmt.onConflict = mkDefault cfg.onConflict;
        home = {
          # So that what is wrong can be said where there is no such user.
          username = known ((account name).name or name);
          homeDirectory = known (if homeOf name != null then homeOf name else "/nowhere/${name}");
          uid = mkIf ((builtins.tryEval ((account name).uid or null)).value or null != null) (
            known (account name).uid
          );
        };
      };
    };

  names = builtins.attrNames cfg.users;
  places = builtins.groupBy (name: cfg.users.${name}.home.homeDirectory) (
    builtins.filter (n: homeOf n != null) names
  );
  shared = filterAttrs (_: owners: builtins.length owners > 1) places;

  of =
    name:
    let
      user = cfg.users.${name};
      there = homeOf name;
      mine = user.home.homeDirectory;
      login = (account name).name or name;
    in
    [
      {
        assertion = exists name;
        message = "nhmt.users.${name}: the system has no user `${name}'. Declare it (users.users.${name}${lib.optionalString isNixos ".isNormalUser = true"}), or correct the name.";
      }
      {
        assertion = !exists name || there != null;
        message = "nhmt.users.${name}: where the home of `${name}' lies is not known. Set users.users.${name}.home${
          lib.optionalString (!isNixos) " = \"/Users/${name}\""
        }.";
      }
      {
        assertion =
          there == null
          || !builtins.elem there [
            "/"
            "/var/empty"
          ];
        message = "nhmt.users.${name}: ${toString there}, the home of `${name}', is none that files can be put into. Set users.users.${name}.home.";
      }
      {
        assertion = there == null || mine == there;
        message = "nhmt.users.${name}: home.homeDirectory is ${mine}, and users.users.${name}.home is ${toString there}. Set one of them only; the first follows the second.";
      }
      {
        assertion = user.home.username == login;
        message = "nhmt.users.${name}: home.username is ${user.home.username}, and the user is ${login}. Leave it out: it follows the system.";
      }
      {
        assertion = !cfg.useGlobalPkgs || (user.nixpkgs.config == null && user.nixpkgs.overlays == null);
        message = "nhmt.users.${name} sets nixpkgs.config or nixpkgs.overlays, which have no effect with nhmt.useGlobalPkgs. Set them for the system, or turn that off.";
      }
    ]
    ++ map (message: {
      assertion = false;
      message = "nhmt.users.${name}: ${message}";
    }) user.nhmt.messages.failed;
in
{
  _file = ./users.nix;

  options.nhmt = {
    package = mkOption {
      type = types.either types.package types.path;
      default =
        pkgs.nhmt
          or (throw "nhmt.package is not set, and there is no pkgs.nhmt\n  Set nhmt.package to the package of nhmt, or add its overlay to nixpkgs.overlays.");
      defaultText = lib.literalExpression "pkgs.nhmt";
      description = "The package of nhmt, which builds and activates the homes. It is for all users to call.";
    };
    users = mkOption {
      type = types.attrsOf (
        types.submoduleWith {
          description = "home of nhmt";
          inherit (base.asModule) class specialArgs;
          modules = base.asModule.modules ++ [
            (import ./explain.nix {
              inherit lib;
              inherit (base) asModule;
            })
            home
          ];
        }
      );
      default = { };
      visible = "shallow";
      example = lib.literalExpression "{ alice = { pkgs, ... }: { imports = [ ./home.nix ]; home.packages = [ pkgs.ripgrep ]; }; }";
      description = ''
        Homes, by the names of users: each what {file}`home.nix` is for the command line. It has `osConfig` among its
        arguments, the configuration of the system.
      '';
    };
    useGlobalPkgs = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether homes have the system's `pkgs` and nothing else. Otherwise a home that sets {option}`nixpkgs.config`
        or {option}`nixpkgs.overlays` has a package set of its own, made from the system's.
      '';
    };
    useUserPackages = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether packages of a home are packages of its user as well ({option}`users.users.<name>.packages`), and so
        are there before the home is, for display managers and units of the system.
      '';
    };
    extraSpecialArgs = mkOption {
      type = types.attrs;
      default = { };
      example = lib.literalExpression "{ inherit inputs; }";
      description = "More arguments for the modules of homes, also usable in `imports`.";
    };
    sharedModules = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      example = lib.literalExpression "[ ./shared.nix ]";
      description = "Modules of all homes.";
    };
    onConflict = mkOption {
      type = types.enum [
        "abort"
        "backup"
      ];
      default = "backup";
      description = ''
        What to do with files in the way that nhmt did not put there: nobody is asked while a system starts, and a home
        that is not activated is worse than a file that has moved to the backups. A home's own {option}`nhmt.onConflict`
        outranks it.
      '';
    };
    activation = mkOption {
      type = types.enum [
        "boot"
        "login"
      ];
      default = "boot";
      description = ''
        When homes are activated. With `boot` it is at the start of the system, before anybody can log in, and
        whenever the system is switched to a configuration with another home. With `login` it is when a session of the
        user begins, for homes that are not there before (encrypted ones, for example). A home's own
        {option}`nhmt.activation` outranks it.
      '';
    };
    verbose = mkOption {
      type = types.bool;
      default = false;
      description = "Whether activations say more.";
    };
  };

  config = lib.mkMerge [
    # What a user has of packages must not decide whether there are homes.
    (mkIf (cfg.useUserPackages && cfg.users != { }) {
      users.users = mapAttrs (_: user: { packages = [ user.home.path ]; }) cfg.users;
      environment.pathsToLink = [ "/etc/profile.d" ];
    })
    (mkIf (cfg.users != { }) {
      environment.systemPackages = [ cfg.package ];
      assertions =
        concatMap of names
        ++ mapAttrsToList (place: owners: {
          assertion = false;
          message = "nhmt.users: ${lib.concatStringsSep " and " owners} have one home directory, ${place}. Give each a home of its own (users.users.<name>.home), or one of them no home of nhmt.";
        }) shared;
      warnings = concatMap (
        name:
        map (w: "nhmt.users.${name}: ${w}") cfg.users.${name}.nhmt.messages.warnings
        ++
          optional ((config.home-manager.users or { }) ? ${name})
            "nhmt.users.${name}: home-manager.users.${name} manages the same home, and the two put their files in place by turns. Keep one of them."
      ) names;
    })
  ];
}
