{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.sessionVariables.FIND = "rg -g \"!.git";
}
