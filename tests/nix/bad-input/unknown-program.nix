{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.chawan.enable = true;
}
