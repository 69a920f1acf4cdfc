{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  xdg.configFile."../../bob/.bashrc".text = "hello";
}
