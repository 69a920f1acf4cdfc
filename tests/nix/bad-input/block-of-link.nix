{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".profile" = { text = ""; block.comment = "#"; };
}
