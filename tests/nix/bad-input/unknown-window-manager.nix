{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  wayland.windowManager.sway.enable = true;
}
