# Whose home it is, and where.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  imports = [
    ./build.nix
    ./keyboard.nix
    ./language.nix
    ./pointer-cursor.nix
  ];

  options = {
    home = {
      username = mkOption {
        type = types.nonEmptyStr;
        example = "alice";
        description = "The login name.";
      };
      homeDirectory = mkOption {
        type = types.path;
        example = "/home/alice";
        # A trailing slash would make two spellings of every place below it.
        apply = d: if toString d == "/" then "/" else lib.removeSuffix "/" (toString d);
        description = "The absolute path of the home directory.";
      };
      stateVersion = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "25.05";
        description = "The release that a Home Manager configuration was written for; nhmt takes it and needs it for nothing.";
      };
      profileDirectory = mkOption {
        type = types.path;
        readOnly = true;
        description = "Where the environment of home.packages is found.";
      };
      preferXdgDirectories = lib.mkEnableOption "XDG base directories for programs that know other places too";
      enableNixpkgsReleaseCheck = mkOption {
        type = types.bool;
        default = true;
        description = "Taken for Home Manager's configurations; nhmt has no such check.";
      };
    };

    programs.home-manager = {
      enable = lib.mkEnableOption "" // {
        description = "Taken for Home Manager's configurations; nhmt is a command of its own.";
      };
      path = mkOption {
        type = types.nullOr types.str;
        default = null;
        internal = true;
        description = "Taken for Home Manager's configurations.";
      };
    };
  };

  config = {
    home.profileDirectory = "${config.home.homeDirectory}/.local/state/nhmt/current/packages";
    assertions = [
      {
        assertion = config.home.homeDirectory != "/";
        message = "home.homeDirectory is /, which is no home directory.";
      }
    ];
  };
}
