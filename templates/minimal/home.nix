{ ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";

  home.file.".config/motd".text = "managed by nhmt\n";
  programs.readline.enable = true;
}
