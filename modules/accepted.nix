# Options that configurations written for Home Manager set and that nhmt has
# nothing to do for.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  taken = "Taken for Home Manager's configurations; ";
  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default;
      description = taken + description;
    };
  text = mkOption {
    type = types.str;
    default = "";
    internal = true;
    description = "Taken for Home Manager's modules.";
  };
  nothing = lib.mkForce { };
in
{
  options = {
    manual = {
      html.enable = switch false "nhmt's manual is not part of a home.";
      json.enable = switch false "nhmt's manual is not part of a home.";
      manpages.enable = switch true "nhmt's manual is not part of a home.";
    };
    news = {
      display = mkOption {
        type = types.enum [
          "silent"
          "notify"
          "show"
        ];
        default = "notify";
        description = taken + "nhmt has no news to show.";
      };
      entries = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              id = text;
              time = text;
              message = text;
              condition = mkOption {
                type = types.raw;
                default = true;
                internal = true;
                description = "Taken for Home Manager's modules.";
              };
            };
          }
        );
        default = [ ];
        internal = true;
        description = "Taken for Home Manager's modules.";
      };
    };
    submoduleSupport = {
      enable = mkOption {
        type = types.bool;
        default = false;
        internal = true;
        description = "Whether the home is part of a system's configuration.";
      };
      externalPackageInstall = mkOption {
        type = types.bool;
        default = false;
        internal = true;
        description = "Whether that installs {option}`home.packages`.";
      };
    };
    uninstall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether to manage nothing: neither files nor packages. A switch to that takes all links out of the home.";
    };
  };

  config = lib.mkMerge [
    {
      # Where Home Manager is part of a system's configuration, these are that.
      _module.args = builtins.mapAttrs (_: lib.mkDefault) {
        osConfig = null;
        nixosConfig = null;
        darwinConfig = null;
      };
      # What modules find in `lib.hm` they may look for here, too.
      lib =
        lib.filterAttrs (_: part: (builtins.tryEval part).success && builtins.isAttrs part) lib.hm
        // {
          # The words are there in every hook.
          bash.initHomeManagerLib = "";
        };
    }
    (lib.mkIf config.uninstall {
      home.packages = lib.mkForce [ ];
      home.file = nothing;
      home.activation = nothing;
      xdg.cacheFile = nothing;
      xdg.configFile = nothing;
      xdg.dataFile = nothing;
      xdg.stateFile = nothing;
    })
  ];
}
