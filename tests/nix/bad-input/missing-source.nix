{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vimrc".source = ./no-such-file;
}
