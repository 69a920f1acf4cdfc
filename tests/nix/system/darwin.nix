# A nix-darwin as nhmt's module sees it.
{
  lib,
  modules,
  pkgs,
}:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
in
lib.evalModules {
  class = "darwin";
  specialArgs = { inherit pkgs; };
  modules = modules ++ [
    ./declarations.nix
    {
      options = {
        users.users = option (types.attrsOf (
          types.submodule (
            { name, ... }:
            {
              options = {
                name = option types.str name;
                uid = mkOption { type = types.int; };
                home = option (types.nullOr types.path) null;
                packages = option (types.listOf types.unspecified) [ ];
              };
            }
          )
        )) { };
        launchd.agents = option (types.attrsOf (
          types.submodule {
            options.script = option types.lines "";
            options.serviceConfig = option (types.attrsOf types.anything) { };
          }
        )) { };
      };
    }
  ];
}
