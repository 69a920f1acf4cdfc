{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".profile".txt = "hello";
}
