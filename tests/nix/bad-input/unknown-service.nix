{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  services.syncthing.enable = true;
}
