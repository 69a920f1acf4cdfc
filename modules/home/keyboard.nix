# The keyboard, for modules that configure a session of X or of Wayland.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  string =
    description: example:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit description example;
    };
in
{
  options.home.keyboard = mkOption {
    type = types.nullOr (
      types.submodule {
        options = {
          layout = string "The layout; null leaves it to the system." "de";
          model = string "The model of the keyboard." "pc105";
          variant = string "The layout's variant; null leaves it to the system." "nodeadkeys";
          options = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [
              "compose:ralt"
              "ctrl:nocaps"
            ];
            description = "Options of XKB, also those that switch between layouts.";
          };
        };
      }
    );
    default = null;
    description = "The keyboard, in the words of xkeyboard-config(7); null leaves it alone. No module of nhmt reads it yet.";
  };
}
