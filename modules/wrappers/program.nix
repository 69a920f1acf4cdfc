# A program with settings of its own.
{ name, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  imports = [ ./settings.nix ];
  options = {
    name = mkOption {
      type = types.str;
      default = name;
      defaultText = lib.literalExpression "name";
      description = "The program's name.";
    };
    target = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The program that it starts, as a new one beside it; null wraps the one of this name.";
    };
  };
}
