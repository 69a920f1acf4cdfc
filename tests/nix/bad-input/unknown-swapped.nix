{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.gti.enable = true;
}
