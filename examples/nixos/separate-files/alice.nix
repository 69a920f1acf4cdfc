# `osConfig` is the configuration of the system.
{ osConfig, lib, ... }:
{
  imports = [ ./editor.nix ];

  programs.bash.enable = true;
  home.sessionVariables.MANPAGER = lib.mkIf (osConfig.environment.pathsToLink != [ ]) "less";
}
