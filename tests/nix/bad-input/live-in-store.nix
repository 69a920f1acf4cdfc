{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vimrc" = { source = "${builtins.storeDir}/x-source/vimrc"; method = "live"; };
}
