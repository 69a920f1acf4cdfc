{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vimrc" = { text = ""; method = "teleport"; };
}
