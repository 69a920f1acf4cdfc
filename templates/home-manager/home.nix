{ ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.stateVersion = "25.05";

  home.file.".config/motd".text = "from one home.nix\n";
  programs.readline.enable = true;
}
