# The user's directories for documents, pictures and so on.
# xdg-user-dirs-update(1), user-dirs.dirs(5)
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.xdg.userDirs;
  home = config.home.homeDirectory;
  place = types.coercedTo types.path toString types.str;

  # Setting -> the name in the file, and the place.
  known = {
    desktop = {
      key = "DESKTOP";
      directory = "Desktop";
    };
    documents = {
      key = "DOCUMENTS";
      directory = "Documents";
    };
    download = {
      key = "DOWNLOAD";
      directory = "Downloads";
    };
    music = {
      key = "MUSIC";
      directory = "Music";
    };
    pictures = {
      key = "PICTURES";
      directory = "Pictures";
    };
    projects = {
      key = "PROJECTS";
      directory = "Projects";
    };
    publicShare = {
      key = "PUBLICSHARE";
      directory = "Public";
    };
    templates = {
      key = "TEMPLATES";
      directory = "Templates";
    };
    videos = {
      key = "VIDEOS";
      directory = "Videos";
    };
  };
  directory =
    _:
    { directory, ... }:
    mkOption {
      type = types.nullOr place;
      default = "${home}/${directory}";
      defaultText = lib.literalExpression ''"''${config.home.homeDirectory}/${directory}"'';
      description = "The directory that programs call ${directory}; null leaves it out.";
    };

  # `XDG_MISC_DIR` is what Home Manager took until release 26.05.
  plainKey =
    key:
    let
      inner = builtins.match "XDG_(.*)_DIR" key;
    in
    if inner == null then key else builtins.head inner;
  directories =
    lib.mapAttrs' (setting: { key, ... }: lib.nameValuePair key cfg.${setting}) (
      lib.filterAttrs (setting: _: cfg.${setting} != null) known
    )
    // lib.mapAttrs' (key: lib.nameValuePair (plainKey key)) cfg.extraConfig;
  variables = lib.mapAttrs' (key: lib.nameValuePair "XDG_${key}_DIR") directories;

  # Readers of the file know `$HOME/` at the beginning and backslashes, nothing
  # else; a shell reads that, too.
  quoted =
    path:
    let
      inHome = lib.removePrefix "${home}/" (lib.removePrefix "$HOME/" path);
    in
    if path == home || path == "$HOME" then
      ''"$HOME/"''
    else if inHome != path then
      ''"$HOME/${nhmtLib.shell.inQuotes inHome}"''
    else
      ''"${nhmtLib.shell.inQuotes path}"'';
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "xdg" "userDirs" "publishShare" ] [ "xdg" "userDirs" "publicShare" ])
  ];

  options.xdg.userDirs = builtins.mapAttrs directory known // {
    enable = lib.mkEnableOption "{file}`user-dirs.dirs`, which names the directories for documents, pictures and so on";
    package =
      nhmtLib.packages.option pkgs "xdg-user-dirs" "The package with `xdg-user-dir`; null installs none."
        { };
    extraConfig = mkOption {
      type = types.attrsOf place;
      default = { };
      example = {
        MISC = "/home/alice/misc";
      };
      description = "Further directories, by what stands between `XDG_` and `_DIR` in their names.";
    };
    createDirectories = lib.mkEnableOption "creation of the directories after a switch, when they are missing";
    setSessionVariables = mkOption {
      type = types.bool;
      default = config.home.stateVersion != null && lib.versionOlder config.home.stateVersion "26.05";
      defaultText = lib.literalExpression ''home.stateVersion is older than "26.05"'';
      description = "Whether the session has variables such as {env}`XDG_DESKTOP_DIR`.";
    };
  };

  config = mkIf cfg.enable {
    home.packages = lib.optional (cfg.package != null) cfg.package;
    home.sessionVariables = mkIf cfg.setSessionVariables variables;
    xdg.configFile = {
      "user-dirs.dirs".text = lib.concatStrings (
        lib.mapAttrsToList (name: path: "${name}=${quoted path}\n") variables
      );
      # Else the program of that name would write the file above at each login.
      "user-dirs.conf".text = "enabled=False\n";
    };
    home.activation.createXdgUserDirectories = mkIf cfg.createDirectories (
      lib.hm.dag.entryAfter [ "linkGeneration" ] (
        lib.concatMapStrings (path: ''
          [ -e ${quoted path} ] || [ -L ${quoted path} ] || mkdir -p ${quoted path}
        '') (builtins.attrValues directories)
      )
    );
  };
}
