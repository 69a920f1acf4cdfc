{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.sessionVariable.EDITOR = "vim";
}
