{ config, ... }:
{
  home.username = "${config.home.username}x";
  home.homeDirectory = "/home/alice";
}
