# home.file: files below the home directory.
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  written = import ./written.nix { inherit nhmtLib; };
  inherit (lib) mkOption types;
in
{
  options = {
    home.file = mkOption {
      type = types.attrsOf (import ./file-type.nix { inherit lib; });
      default = { };
      apply = written.withSources config.nhmt.writeFile;
      example = lib.literalExpression ''
        {
          ".inputrc".text = "set bell-style none";
          ".local/bin/hello" = { source = ./hello.sh; executable = true; };
        }
      '';
      description = "Files in the home, by their place relative to it.";
    };

    nhmt.writeFile = mkOption {
      type = types.raw;
      internal = true;
      description = "From a name and an entry to a file in the store with its content.";
    };
    nhmt.fileSets = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      internal = true;
      description = "The options that hold files, each with the directory that their targets are relative to.";
    };
    nhmt.filesUnlessGiven = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      internal = true;
      description = "Entries of the manifest, with their names, for places that no option of files has, and that are not persisted.";
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
