{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.profileDirectory = "/elsewhere";
}
