{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  xdg.configFile."app.json" = {
    format = "json";
    value.f = x: x;
  };
}
