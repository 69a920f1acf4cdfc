# Resources of X clients, in .Xresources.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.xresources;
  scalar = types.oneOf [
    types.bool
    types.int
    types.float
    types.str
  ];
  properties = if cfg.properties == null then { } else cfg.properties;

  shown = v: if builtins.isBool v then lib.boolToString v else toString v;
  value =
    name: v:
    if !builtins.isList v then
      shown v
    else if builtins.any builtins.isList v then
      throw "xresources.properties: a list in the list of `${name}', which has no form in .Xresources"
    else
      lib.concatMapStringsSep ", " shown v;
in
{
  options.xresources = {
    properties = mkOption {
      type = types.nullOr (types.attrsOf (types.either scalar (types.listOf scalar)));
      default = null;
      example = {
        "XTerm*faceName" = "dejavu sans mono";
        "Emacs*toolBar" = 0;
      };
      description = "Resources by name; lists are joined by commas. Without any, and without {option}`xresources.extraConfig`, no file is written.";
    };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      description = "Text that comes before the resources.";
    };
    path = mkOption {
      type = types.str;
      default = "${config.home.homeDirectory}/.Xresources";
      defaultText = "~/.Xresources";
      description = "Where the file is.";
    };
  };

  config.home.file = lib.mkIf (properties != { } || cfg.extraConfig != "") {
    ${cfg.path} = {
      text =
        lib.optionalString (cfg.extraConfig != "") (lib.removeSuffix "\n" cfg.extraConfig + "\n")
        + lib.concatStrings (lib.mapAttrsToList (name: v: "${name}: ${value name v}\n") properties);
      onChange = ''
        if [ -n "''${DISPLAY-}" ] && command -v xrdb >/dev/null; then
          xrdb -merge ${lib.escapeShellArg cfg.path}
        fi
      '';
    };
  };
}
