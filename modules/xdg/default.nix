# The XDG base directories and the files in them.
# https://specifications.freedesktop.org/basedir-spec/0.8/
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.xdg;
  home = config.home.homeDirectory;
  fileType = import ../files/file-type.nix { inherit lib; };
  written = import ../files/written.nix { inherit nhmtLib; };

  directory =
    place: what:
    mkOption {
      type = types.path;
      default = "${home}/${place}";
      defaultText = "~/${place}";
      apply = toString;
      description = "The absolute path of the directory for ${what}.";
    };
  files =
    base:
    mkOption {
      type = types.attrsOf fileType;
      default = { };
      apply = written.withSources config.nhmt.writeFile;
      description = "Files by their place relative to {option}`${base}`.";
    };
  variables = {
    XDG_CONFIG_HOME = cfg.configHome;
    XDG_DATA_HOME = cfg.dataHome;
    XDG_STATE_HOME = cfg.stateHome;
    XDG_CACHE_HOME = cfg.cacheHome;
    XDG_BIN_HOME = cfg.binHome;
  };
  set = name: base: {
    name = "xdg.${name}";
    option = options.xdg.${name};
    inherit base;
  };
in
{
  imports = [
    ./autostart.nix
    ./desktop-entries.nix
    ./mime-apps.nix
    ./mime.nix
    ./portal.nix
    ./system-dirs.nix
    ./terminal-exec.nix
    ./user-dirs.nix
  ];

  options.xdg = {
    enable = lib.mkEnableOption "setting of the XDG base directory variables";
    configHome = directory ".config" "configurations";
    dataHome = directory ".local/share" "applications' data";
    stateHome = directory ".local/state" "applications' state";
    cacheHome = directory ".cache" "caches";
    binHome = directory ".local/bin" "programs of the user's own";
    localBinInPath = mkOption {
      type = types.bool;
      default = false;
      description = "Whether {option}`xdg.binHome` is on PATH, with {option}`xdg.enable`.";
    };
    configFile = files "xdg.configHome";
    dataFile = files "xdg.dataHome";
    stateFile = files "xdg.stateHome";
    cacheFile = files "xdg.cacheHome";
  };

  config = {
    nhmt.fileSets = [
      (set "configFile" cfg.configHome)
      (set "dataFile" cfg.dataHome)
      (set "stateFile" cfg.stateHome)
      (set "cacheFile" cfg.cacheHome)
    ];
    home.sessionVariables = lib.mkIf cfg.enable (
      builtins.mapAttrs (_: nhmtLib.shell.inQuotes) variables
    );
    home.sessionPath = lib.mkIf (cfg.enable && cfg.localBinInPath) (
      lib.mkAfter [ (nhmtLib.shell.inQuotes cfg.binHome) ]
    );
  };
}
