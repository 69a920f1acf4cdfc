# One file of fontconfig's: the type of an entry of fonts.fontconfig.configFile.
{ lib }:
let
  inherit (lib) mkOption types;
  xml = import ./xml.nix { inherit lib; };
in
types.submodule (
  { config, name, ... }:
  {
    options = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether the file is written.";
      };
      label = mkOption {
        type = types.str;
        default = name;
        defaultText = lib.literalExpression "name";
        description = "What the file's name says about it.";
      };
      priority = mkOption {
        type = types.ints.between 0 99;
        default = 90;
        description = "Its place among the files; fontconfig reads them in the order of their names.";
      };
      target = mkOption {
        type = types.nonEmptyStr;
        default = "${toString config.priority}-hm-${config.label}.conf";
        defaultText = lib.literalExpression ''"''${toString priority}-hm-''${label}.conf"'';
        description = "The file's place below {file}`fontconfig/conf.d`.";
      };
      settings = mkOption {
        type = types.attrsOf types.anything;
        default = { };
        example = {
          match = {
            "@target" = "font";
            edit = {
              "@name" = "antialias";
              "@mode" = "assign";
              bool = true;
            };
          };
        };
        description = ''
          What stands in the element `fontconfig`: elements by name, lists for those that come several times,
          attributes with `@` before their names, and `#text`.
        '';
      };
      text = mkOption {
        type = types.nullOr types.lines;
        default = null;
        description = "The whole text, in place of {option}`settings`.";
      };
      source = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = "A file, in place of {option}`settings`.";
      };
      written = mkOption {
        type = types.raw;
        readOnly = true;
        internal = true;
        description = "The file's content.";
      };
    };
    config.written =
      if config.source != null then
        { inherit (config) source; }
      else if config.text != null then
        { inherit (config) text; }
      else
        {
          text = ''
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
            ${xml { fontconfig = config.settings; }}'';
        };
  }
)
