# Applications of homes on macOS, copied to where Spotlight finds them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  home = {
    _file = "nhmt (applications)";
    options.targets.darwin.copyApps = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether the applications in {option}`home.packages` are copied into the home, where Spotlight finds them.";
      };
      directory = mkOption {
        type = types.str;
        default = "Applications/nhmt Apps";
        description = "Where to, in the home. What is there and was not copied by nhmt is left alone.";
      };
    };
    # These caches are read on Linux.
    config.xdg.mime.enable = lib.mkDefault false;
  };
in
{
  options.nhmt.users = mkOption {
    type = types.attrsOf (types.submoduleWith { modules = [ home ]; });
  };

  options.nhmt.applications = mkOption {
    type = types.raw;
    readOnly = true;
    internal = true;
    description = "What copies the applications of a home: a line of a shell, run as its user.";
  };

  config.nhmt.applications =
    user:
    let
      cfg = user.targets.darwin.copyApps;
      script = builtins.path {
        path = ./copy-applications.sh;
        name = "nhmt-copy-applications.sh";
      };
    in
    lib.optionalString (cfg.enable && user.home.packages != [ ]) ''
      PATH=${pkgs.coreutils}/bin:${pkgs.findutils}/bin:${pkgs.gnugrep}/bin:/usr/bin:/bin /bin/sh ${script} ${user.home.path}/Applications ${lib.escapeShellArg "${user.home.homeDirectory}/${cfg.directory}"}
    '';
}
