{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file."/etc/motd".text = "hello";
}
