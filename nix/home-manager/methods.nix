# How a file arrives: what entries of home.file and xdg.*File of Home Manager
# have in addition.
{ lib, options, ... }:
let
  inherit (lib) mkOption types;
  ours = import ../../modules/files/file-type.nix { inherit lib; };
  # Home Manager declares the others by itself.
  added = lib.getAttrs [
    "block"
    "declaredIn"
    "format"
    "method"
    "permissions"
    "value"
  ] (ours.getSubOptions [ ]);
  declared = lib.mapAttrs (
    _: option:
    mkOption {
      inherit (option) default type;
      description = option.description or "";
    }
  ) added;

  entry =
    { config, options, ... }:
    {
      options = declared // {
        enable = mkOption { apply = enable: enable && !config.nhmtOwn; };
        nhmtOwn = mkOption {
          type = types.bool;
          internal = true;
          default =
            config.method != "link"
            || config.format != null
            # A file in the store would have the placeholder of a secret in it.
            || config.text or null != null && lib.hasInfix "{{nhmt-secret:" config.text;
          description = "Whether the file is not Home Manager's to make.";
        };
        nhmtEnable = mkOption {
          type = types.bool;
          internal = true;
          default = !(builtins.elem false options.enable.definitions);
          description = "Whether the file is managed, however it arrives.";
        };
      };
    };
  extended = mkOption { type = types.attrsOf (types.submodule entry); };
in
{
  options = {
    home.file = extended;
    xdg.configFile = extended;
    xdg.dataFile = extended;
    xdg.stateFile = extended;
    xdg.cacheFile = extended;
  };
}
