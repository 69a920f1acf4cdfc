# Programs on PATH.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.home = {
    packages = mkOption {
      type = types.listOf (types.either types.package types.path);
      default = [ ];
      example = lib.literalExpression "[ pkgs.ripgrep pkgs.jq ]";
      description = "The packages of the home's environment: derivations, or paths with `bin` and `share` below them.";
    };
    extraOutputsToInstall = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "doc"
        "info"
      ];
      description = "Outputs to install of every package that has them, beside those the package itself chooses.";
    };
  };
  options.nhmt.mergePackages = mkOption {
    type = types.raw;
    internal = true;
    description = "From an option's name, a directory and packages to what they have in it, merged.";
  };
  options.nhmt.pathsToLink = mkOption {
    type = types.listOf (types.strMatching "/.*");
    default = [ "/" ];
    example = [
      "/bin"
      "/share/man"
    ];
    description = "The parts of the packages that are in the home's environment.";
  };
}
