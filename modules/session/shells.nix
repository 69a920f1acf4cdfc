# home.shell: whether programs set themselves up in the shells.
{ config, lib, ... }:
let
  option =
    shell:
    lib.mkOption {
      type = lib.types.bool;
      default = config.home.shell.enableShellIntegration;
      defaultText = lib.literalExpression "config.home.shell.enableShellIntegration";
      example = false;
      description = "Whether modules of programs add their lines to the files of ${shell}, unless they are told otherwise themselves.";
    };
in
{
  options.home.shell = {
    enableShellIntegration = lib.mkOption {
      type = lib.types.bool;
      default = true;
      example = false;
      description = "Whether modules of programs add their lines to the files of every shell that is configured.";
    };
    enableBashIntegration = option "bash";
    enableFishIntegration = option "fish";
    enableIonIntegration = option "Ion";
    enableNushellIntegration = option "nushell";
    enableZshIntegration = option "zsh";
  };
}
