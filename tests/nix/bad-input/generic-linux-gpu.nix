{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  targets.genericLinux.gpu.enable = true;
}
