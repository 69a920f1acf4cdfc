# One managed file: the type of an entry of home.file and of xdg.*File.
#
# The module is a plain set, not a function of its name: its declarations are
# then merged once, and thousands of entries share them.
{ lib }:
let
  inherit (lib) mkOption types;
in
types.submodule {
  options = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether this file is managed.";
    };
    target = mkOption {
      type = types.nullOr types.nonEmptyStr;
      default = null;
      defaultText = lib.literalExpression "name";
      description = "The file's place; the entry's name if not set.";
    };
    text = mkOption {
      type = types.nullOr types.lines;
      default = null;
      description = "The file's text.";
    };
    source = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = "The file or directory to link to. What lies outside the Nix store is copied there, unless {option}`method` is `live`.";
    };
    format = mkOption {
      type = types.nullOr (
        types.enum [
          "json"
          "toml"
          "yaml"
          "ini"
          "git-config"
          "key-value"
        ]
      );
      default = null;
      description = "The format to write {option}`value` in.";
    };
    value = mkOption {
      type = types.anything;
      default = null;
      example = {
        font.size = 11;
      };
      description = "The content of a structured file; several definitions merge. Needs {option}`format`.";
    };
    executable = mkOption {
      type = types.nullOr types.bool;
      default = null;
      description = "The executable bit; null keeps that of the source, and means no for text.";
    };
    recursive = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether a source directory becomes a real directory with a link for each file below it, so that
        other files can lie beside them.
      '';
    };
    ignorelinks = mkOption {
      type = types.bool;
      default = false;
      description = "Taken for Home Manager's configurations. Symbolic links in a {option}`recursive` source are linked to as they are, never followed.";
    };
    force = mkOption {
      type = types.bool;
      default = false;
      description = "Move whatever is in the way of this file to the backups, without asking.";
    };
    method = mkOption {
      type = types.enum [
        "link"
        "copy"
        "merge"
        "block"
        "seed"
        "live"
      ];
      default = "link";
      description = ''
        How the file arrives: a read-only `link`, a `copy`, keys to `merge` into a program's file, a
        marked `block` in a file of the user's own, a `seed` that is written once, or a `live` link to
        the working tree.
      '';
    };
    permissions = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "0600";
      description = "The mode of a file that nhmt creates, in octal; with the methods `copy`, `merge` and `seed`.";
    };
    block = mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            comment = mkOption {
              type = types.nonEmptyStr;
              default = "#";
              description = "What a comment starts with in the file that holds the block.";
            };
            position = mkOption {
              type = types.enum [
                "top"
                "bottom"
              ];
              default = "bottom";
              description = "Where a new block goes in a file that has other text.";
            };
          };
        }
      );
      default = null;
      description = "How a block is marked; with the method `block`.";
    };
    onChange = mkOption {
      type = types.lines;
      default = "";
      description = "A script that runs after a switch that changed the file.";
    };
    declaredIn = mkOption {
      type = types.nullOr (types.listOf types.str);
      default = null;
      internal = true;
      description = "Who asked for the file, when a module writes it for an option of its own.";
    };
  };
}
