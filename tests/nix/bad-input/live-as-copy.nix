{ config, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vimrc" = {
    source = config.lib.file.mkOutOfStoreSymlink ./vimrc;
    method = "copy";
  };
}
