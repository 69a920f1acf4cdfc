{
  home.username = "alice"
  home.homeDirectory = "/home/alice";
}
