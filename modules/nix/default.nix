# Nix itself: nix.conf, registry.json, the search path.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib)
    mkIf
    mkMerge
    mkOption
    types
    ;
  cfg = config.nix;
  settings = import ./settings.nix { inherit lib; };
  # Most homes say nothing of Nix, and need not have it merged.
  isSet = option: option.highestPrio < (lib.mkOptionDefault null).priority;
  isConfigured = builtins.any isSet (
    map (name: options.nix.${name}) [
      "settings"
      "extraOptions"
      "registry"
      "nixPath"
      "channels"
      "assumeXdg"
    ]
  );
  hasConf = isSet options.nix.settings && cfg.settings != { } || cfg.extraOptions != "";
  text = ''
    # Written from nix.settings and nix.extraOptions of the home.
    ${settings.text cfg.settings}${cfg.extraOptions}'';

  # Beside what nix-channel(1) keeps there, and before it.
  channels =
    (
      if cfg.useXdg then
        "${config.xdg.stateHome}/nix/defexpr"
      else
        "${config.home.homeDirectory}/.nix-defexpr"
    )
    + "/50-home-manager";
  path = lib.concatStringsSep ":" cfg.nixPath;

  # The Nix that will read the file says whether it can.
  check =
    pkgs.runCommand "nix.conf-check"
      {
        inherit text;
        passAsFile = [ "text" ];
      }
      ''
        mkdir conf && cp "$textPath" conf/nix.conf
        if ! NIX_CONF_DIR=$PWD/conf ${cfg.package}/bin/nix --extra-experimental-features nix-command config show >/dev/null 2>said; then
          NIX_CONF_DIR=$PWD/conf ${cfg.package}/bin/nix --extra-experimental-features nix-command show-config >/dev/null 2>said || { cat said; exit 1; }
        fi
        if grep '^\(error\|warning: unknown setting\)' said; then exit 1; fi
        touch "$out"
      '';
in
{
  imports = [
    ./build-machines.nix
    ./gc.nix
  ];

  options.nix = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the settings below take effect.";
    };
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
      example = lib.literalExpression "pkgs.nix";
      description = "The Nix that reads the settings; with one, a build of the home has it check them. It is not installed.";
    };
    settings = mkOption {
      inherit (settings) type;
      default = { };
      example = {
        experimental-features = [
          "nix-command"
          "flakes"
        ];
        max-jobs = 4;
      };
      description = "Settings of {file}`nix/nix.conf`, see nix.conf(5).";
    };
    extraOptions = mkOption {
      type = types.lines;
      default = "";
      example = "keep-outputs = true";
      description = "Text at the end of that file.";
    };
    checkConfig = mkOption {
      type = types.bool;
      default = true;
      description = "Whether {option}`nix.package` checks the file.";
    };
    registry = mkOption {
      type = types.attrsOf (import ./registry.nix { inherit lib; });
      default = { };
      example = lib.literalExpression "{ nixpkgs.flake = inputs.nixpkgs; }";
      description = "What names of flakes stand for, in {file}`nix/registry.json`.";
    };
    registryVersion = mkOption {
      type = types.int;
      default = 2;
      internal = true;
      description = "The version of the file's format.";
    };
    nixPath = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "nixpkgs=$HOME/nixpkgs" ];
      description = "Where Nix looks for `<nixpkgs>` and the like: {env}`NIX_PATH`.";
    };
    keepOldNixPath = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the places that the variable had come behind these.";
    };
    channels = mkOption {
      type = types.attrsOf types.package;
      default = { };
      example = lib.literalExpression "{ inherit (inputs) nixpkgs; }";
      description = "Channels as store paths, such as inputs of a flake; they come before those of nix-channel.";
    };
    assumeXdg = mkOption {
      type = types.bool;
      default = false;
      description = "Whether Nix is told elsewhere to use the XDG base directories.";
    };
    useXdg = mkOption {
      type = types.bool;
      readOnly = true;
      internal = true;
      description = "Whether Nix uses the XDG base directories.";
    };
  };

  config = mkMerge [
    {
      nix.useXdg = cfg.assumeXdg || (cfg.enable && cfg.settings.use-xdg-base-directories or false);
      nix.nixPath = mkIf (isSet options.nix.channels && cfg.enable && cfg.channels != { }) [ channels ];
    }
    (mkIf (isConfigured && cfg.enable) {
      assertions = lib.optional cfg.assumeXdg {
        assertion = !(cfg.settings ? use-xdg-base-directories);
        message = "nix.assumeXdg is for a Nix that is told elsewhere, but nix.settings.use-xdg-base-directories is set.";
      };
      home.file = lib.mapAttrs' (
        name: source: lib.nameValuePair "${channels}/${name}" { inherit source; }
      ) cfg.channels;
      home.sessionVariables = mkIf (cfg.nixPath != [ ]) {
        NIX_PATH = path + lib.optionalString cfg.keepOldNixPath "\${NIX_PATH:+:$NIX_PATH}";
      };
      home.checks = lib.optional (
        hasConf && cfg.checkConfig && cfg.package != null && nhmtLib.pkgsGiven
      ) check;
      xdg.configFile = {
        "nix/nix.conf" = mkIf hasConf { inherit text; };
        "nix/registry.json" = mkIf (cfg.registry != { }) {
          format = "json";
          value = {
            version = cfg.registryVersion;
            flakes = map (entry: { inherit (entry) from to exact; }) (builtins.attrValues cfg.registry);
          };
        };
      };
    })
  ];
}
