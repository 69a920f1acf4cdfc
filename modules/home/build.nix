# What a home tree is built with and holds beside its files. Much of it is here
# for modules that were written for Home Manager.
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.home;
  commands =
    what:
    mkOption {
      type = types.lines;
      default = "";
      internal = true;
      description = "Taken for Home Manager's modules. nhmt builds ${what} without a shell: a warning says that they do not run.";
    };
  unrun =
    name:
    lib.optional (cfg.${name} != "") ''
      home.${name} has commands, which nhmt does not run: it builds without a shell.
        Write what they make as files of the home, or as a package in home.packages.'';
in
{
  options.home = {
    uid = mkOption {
      type = types.nullOr types.ints.unsigned;
      default = null;
      example = 1000;
      description = "The user's number. Taken for Home Manager's configurations; nhmt goes by the name.";
    };
    extraDependencies = mkOption {
      type = types.listOf types.pathInStore;
      default = [ ];
      description = "Store paths that live as long as a generation of the home, without being seen in it.";
    };
    checks = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Derivations that have to build before the home does. No generation keeps them.";
    };
    enableDebugInfo = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the `debug` outputs of packages are installed, and {env}`NIX_DEBUG_INFO_DIRS` leads debuggers there.";
    };
    fileOverlapResolution = mkOption {
      type = types.enum [
        "ignore"
        "error"
        "override"
      ];
      default = "ignore";
      internal = true;
      description = "Taken for Home Manager's configurations. In nhmt two files with one place are an error.";
    };
    extraBuilderCommands = commands "the home tree";
    extraProfileCommands = commands "the package environment";
    activationGenerateGcRoot = mkOption {
      type = types.bool;
      default = true;
      internal = true;
      description = "Taken for Home Manager's configurations; every generation of nhmt is a root.";
    };
    path = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "The environment of {option}`home.packages`, a derivation.";
    };
    activationPackage = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "The home tree, whose `activate` swaps it in; a derivation.";
    };
    sessionVariablesPackage = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      default =
        if nhmtLib.pkgsGiven then
          pkgs.writeTextFile {
            name = "hm-session-vars.sh";
            destination = "/etc/profile.d/hm-session-vars.sh";
            text = ". \"${nhmtLib.shell.inQuotes cfg.homeDirectory}/.local/share/nhmt/session.sh\"\n";
          }
        else
          throw "home.sessionVariablesPackage needs nixpkgs: it is a package\n  What it holds is in the home: source ${cfg.homeDirectory}/.local/share/nhmt/session.sh instead.";
      defaultText = "a package whose hm-session-vars.sh sources session.sh";
      description = "For scripts that source `hm-session-vars.sh` of Home Manager.";
    };
    # The release of Home Manager whose options these are.
    version = {
      release = mkOption {
        type = types.str;
        default = "26.11";
        readOnly = true;
        internal = true;
        description = "The release of Home Manager whose names and meanings nhmt follows.";
      };
      full = mkOption {
        type = types.str;
        default = cfg.version.release;
        readOnly = true;
        internal = true;
        description = "The same.";
      };
      isReleaseBranch = mkOption {
        type = types.bool;
        default = false;
        readOnly = true;
        internal = true;
        description = "Whether that is a release, or what comes before one.";
      };
      revision = mkOption {
        type = types.nullOr types.str;
        default = null;
        internal = true;
        description = "Taken for Home Manager's configurations.";
      };
    };
  };

  config = {
    warnings = unrun "extraBuilderCommands" ++ unrun "extraProfileCommands";
    home.extraOutputsToInstall = lib.mkIf cfg.enableDebugInfo [ "debug" ];
    home.sessionSearchVariables = lib.mkIf cfg.enableDebugInfo {
      NIX_DEBUG_INFO_DIRS = [ "${cfg.profileDirectory}/lib/debug" ];
    };
  };
}
