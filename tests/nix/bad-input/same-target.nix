{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".config/app".text = "one";
  xdg.configFile.app.text = "two";
}
