{
  home.homeDirectory = "/home/alice";
}
