{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  xdg.configFile."app.toml".value.a = 1;
}
