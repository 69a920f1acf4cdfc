# A NixOS as nhmt's module sees it.
{
  lib,
  # Modules of the system.
  modules,
  pkgs,
}:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
  any = types.attrsOf types.anything;
  strings = option (types.listOf types.str) [ ];
  unit = {
    enable = option types.bool true;
    description = option types.str "";
    documentation = strings;
    before = strings;
    after = strings;
    wants = strings;
    requires = strings;
    conflicts = strings;
    wantedBy = strings;
    partOf = strings;
    unitConfig = option any { };
  };
  user =
    { name, ... }:
    {
      options = {
        enable = option types.bool true;
        name = option types.str name;
        uid = option (types.nullOr types.int) null;
        group = option types.str "";
        home = option types.path "/var/empty";
        homeMode = option types.str "700";
        description = option types.str "";
        password = option (types.nullOr types.str) null;
        isNormalUser = option types.bool false;
        isSystemUser = option types.bool false;
        linger = option (types.nullOr types.bool) null;
        packages = option (types.listOf types.unspecified) [ ];
      };
    };
  usual =
    { config, name, ... }:
    {
      config = lib.mkIf config.isNormalUser {
        group = lib.mkDefault "users";
        home = lib.mkDefault "/home/${name}";
      };
    };
in
lib.evalModules {
  class = "nixos";
  specialArgs = { inherit pkgs; };
  modules = modules ++ [
    ./declarations.nix
    {
      options = {
        users.users = option (types.attrsOf (
          types.submodule [
            user
            usual
          ]
        )) { };
        fileSystems = option (types.attrsOf (
          types.submodule {
            options = {
              device = option (types.nullOr types.str) null;
              fsType = option types.str "auto";
              options = strings;
              neededForBoot = option types.bool false;
              autoFormat = option types.bool false;
            };
          }
        )) { };
        systemd.services = option (types.attrsOf (
          types.submodule {
            options = unit // {
              path = option (types.listOf types.unspecified) [ ];
              environment = option any { };
              serviceConfig = option any { };
              stopIfChanged = option types.bool true;
              restartIfChanged = option types.bool true;
            };
          }
        )) { };
        systemd.mounts = option (types.listOf (
          types.submodule (
            { config, ... }:
            {
              options = unit // {
                what = option types.str "";
                where = option types.str "";
                type = option types.str "";
                options = option types.commas "";
                mountConfig = option any { };
              };
              config.mountConfig = {
                What = config.what;
                Where = config.where;
                Type = config.type;
                Options = config.options;
              };
            }
          )
        )) [ ];
        systemd.tmpfiles.rules = strings;
      };
      config.users.users.root = {
        uid = 0;
        group = "root";
        home = "/root";
      };
      config.users.groups = {
        users.gid = 100;
        root.gid = 0;
      };
    }
  ];
}
