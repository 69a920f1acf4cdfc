{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  services.emacs.enable = true;
  nhmt.absentOptions."services.emacs" = "Start it by hand.";
}
