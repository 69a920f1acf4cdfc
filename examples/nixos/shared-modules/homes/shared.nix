{ colour, lib, ... }:
{
  programs.readline.enable = true;
  home.sessionVariables.EDITOR = lib.mkDefault "nano";
  home.sessionVariables.COLOURS = colour;
}
