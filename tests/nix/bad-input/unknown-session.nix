{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  xsession.enable = true;
}
