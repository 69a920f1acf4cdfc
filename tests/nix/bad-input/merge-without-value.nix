{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  xdg.configFile."app.json" = { text = "{}"; method = "merge"; };
}
