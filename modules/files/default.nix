# home.file: files below the home directory.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
in
{
  options = {
    home.file = mkOption {
      type = types.attrsOf (import ./file-type.nix { inherit lib; });
      default = { };
      example = lib.literalExpression ''
        {
          ".inputrc".text = "set bell-style none";
          ".local/bin/hello" = { source = ./hello.sh; executable = true; };
        }
      '';
      description = "Files in the home, by their place relative to it.";
    };

    nhmt.fileSets = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      internal = true;
      description = "The options that hold files, each with the directory that their targets are relative to.";
    };
  };

  config.nhmt.fileSets = [
    {
      name = "home.file";
      option = options.home.file;
      base = config.home.homeDirectory;
    }
  ];
}
