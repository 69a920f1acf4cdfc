{ config, lib, ... }:
{
  imports = lib.optional config.programs.git.enable ./no-such-file.nix;
  home.username = "alice";
  home.homeDirectory = "/home/alice";
}
