{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.bash = {
    enable = true;
    historyControl = [ "sometimes" ];
  };
}
