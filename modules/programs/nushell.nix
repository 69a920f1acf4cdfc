# programs.nushell: config.nu, env.nu, login.nu.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  inherit (nhmtLib.shell) paragraphs;
  inherit (nhmtLib.nushell) leaves quote value;
  cfg = config.programs.nushell;
  session = (import ../session/read.nix { inherit config nhmtLib; }).nushell;
  declaredIn = nhmtLib.locations.ofOption options.programs.nushell.enable;
  lines = parts: lib.concatStringsSep "\n" parts;

  file =
    name:
    mkOption {
      type = types.nullOr (
        types.submodule (
          { config, ... }:
          {
            options = {
              text = mkOption {
                type = types.lines;
                default = if config.source != null then builtins.readFile config.source else "";
                defaultText = lib.literalExpression "the content of source";
                description = "Lines of ${name}.";
              };
              source = mkOption {
                type = types.nullOr types.path;
                default = null;
                description = "A file with them, when there is no `text`.";
              };
            };
          }
        )
      );
      default = null;
      description = "What ${name} has, after the session's environment.";
    };
  extra =
    name:
    mkOption {
      type = types.lines;
      default = "";
      description = "More lines of ${name}.";
    };
  given = f: if f == null then "" else f.text;

  # The command of an alias is nushell's own text.
  aliases = lines (lib.mapAttrsToList (n: v: "alias ${quote n} = ${v}") cfg.shellAliases);
  environment = lib.optionalString (
    cfg.environmentVariables != { }
  ) "load-env ${value cfg.environmentVariables}";
  settings = lines (map (l: "$env.config.${l.path} = ${value l.value}") (leaves "" cfg.settings));

  write = text: mkIf (text != "") { inherit text declaredIn; };
in
{
  options.programs.nushell = {
    enable = lib.mkEnableOption "nushell";
    package = nhmtLib.packages.option pkgs "nushell" "The nushell to install; null installs none." { };
    configDir = mkOption {
      type = types.either types.str types.path;
      default =
        if !nhmtLib.isLinux && !config.xdg.enable then
          "${config.home.homeDirectory}/Library/Application Support/nushell"
        else
          "${config.xdg.configHome}/nushell";
      defaultText = lib.literalExpression ''"''${config.xdg.configHome}/nushell", or nushell's own place on macOS'';
      description = "Directory of nushell's files.";
    };
    configFile = file "config.nu";
    envFile = file "env.nu";
    loginFile = file "login.nu";
    extraConfig = extra "config.nu";
    extraEnv = extra "env.nu";
    extraLogin = extra "login.nu";
    plugins = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Taken for Home Manager's configurations while it is empty.";
    };
    settings = mkOption {
      type = types.attrsOf nhmtLib.nushell.type;
      default = { };
      example = {
        show_banner = false;
        history.file_format = "sqlite";
      };
      description = "Values below `$env.config`, each set by itself; the others keep their defaults.";
    };
    shellAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        ll = "ls -l";
      };
      description = "Aliases; the commands are nushell's.";
    };
    environmentVariables = mkOption {
      type = types.attrsOf nhmtLib.nushell.type;
      default = { };
      example = {
        FOO = "bar";
      };
      description = "Environment variables of nushell, with values of any kind that it has; nothing in texts expands.";
    };
  };

  config = mkIf cfg.enable {
    home.packages = mkIf (cfg.package != null) [ cfg.package ];
    nhmt.session.nushell.enable = true;
    assertions = [
      {
        assertion = cfg.plugins == [ ];
        message = "programs.nushell.plugins is not part of nhmt: nushell writes the registry of plugins itself.\n  Put the packages into home.packages, and run `plugin add' once for each.";
      }
    ];
    programs.nushell.shellAliases = config.home.shellAliases;
    home.file = {
      # nushell reads env.nu first.
      "${cfg.configDir}/env.nu" = write (paragraphs [
        session
        (given cfg.envFile)
        cfg.extraEnv
      ]);
      "${cfg.configDir}/config.nu" = write (paragraphs [
        environment
        settings
        (given cfg.configFile)
        cfg.extraConfig
        aliases
      ]);
      "${cfg.configDir}/login.nu" = write (paragraphs [
        (given cfg.loginFile)
        cfg.extraLogin
      ]);
    };
  };
}
