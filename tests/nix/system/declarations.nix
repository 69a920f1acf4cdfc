# What nhmt's modules for systems find declared there: the names and types of
# NixOS and nix-darwin, as far as they use them.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  any = types.attrsOf types.anything;
  option = type: default: mkOption { inherit type default; };
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = option (types.listOf types.str) [ ];
    environment = {
      systemPackages = option (types.listOf types.package) [ ];
      pathsToLink = option (types.listOf types.str) [ ];
      etc = option (types.attrsOf any) { };
    };
    nix.enable = option types.bool true;
    nix.package = option types.raw "/nix-of-the-system";
    users.groups = option (types.attrsOf (
      types.submodule { options.gid = option (types.nullOr types.int) null; }
    )) { };
    system.activationScripts = option (types.attrsOf (
      types.submodule {
        options.text = option types.lines "";
        options.deps = option (types.listOf types.str) [ ];
      }
    )) { };
  };
}
