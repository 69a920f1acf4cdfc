{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.git.enable = "yes";
}
