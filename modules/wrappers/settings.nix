# How a program starts.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  words = types.listOf (types.coercedTo types.anything word types.str);
  word = v: if builtins.isInt v then toString v else "${v}";

  variable =
    {
      name,
      config,
      ...
    }:
    {
      options = {
        name = mkOption {
          type = types.strMatching "[A-Za-z_][A-Za-z0-9_]*";
          default = name;
          defaultText = lib.literalExpression "name";
          description = "The variable's name.";
        };
        value = mkOption {
          type = types.nullOr (types.coercedTo types.anything word types.str);
          description = "The variable's value, in which nothing expands; a path is copied to the store. Null unsets the variable.";
        };
        force = mkOption {
          type = types.bool;
          default = config.value == null;
          defaultText = lib.literalMD "whether `value` is null";
          description = "Whether this outranks what the environment has.";
        };
      };
    };
in
{
  imports = [ (lib.mkAliasOptionModule [ "flags" ] [ "prependFlags" ]) ];

  options = {
    env = mkOption {
      type = types.attrsOf (
        types.coercedTo (types.oneOf [
          types.str
          types.path
          types.package
          types.int
        ]) (value: { inherit value; }) (types.submodule variable)
      );
      default = { };
      example = {
        EDITOR.value = "vim";
      };
      description = "Environment variables that the program starts with.";
    };
    prependFlags = mkOption {
      type = words;
      default = [ ];
      example = [
        "--config"
        "/etc/tool.conf"
      ];
      description = "Arguments before those that are typed; `flags` is the same.";
    };
    appendFlags = mkOption {
      type = words;
      default = [ ];
      description = "Arguments behind those that are typed.";
    };
    pathAdd = mkOption {
      type = types.listOf (types.either types.package types.path);
      default = [ ];
      example = lib.literalExpression "[ pkgs.fzf ]";
      description = "Packages whose programs come first on the program's PATH.";
    };
    wrapperType = mkOption {
      type = types.enum [
        "shell"
        "binary"
      ];
      default = "shell";
      description = "Taken for wrapper-manager's configurations: the wrapper is a script either way.";
    };
  };
}
