{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.bash.enable = true;
  programs.bash.sessionVariables.OF_BASH = "C:\\";
}
