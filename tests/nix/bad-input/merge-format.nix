{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".gitconfig" = { format = "git-config"; value = { }; method = "merge"; };
}
