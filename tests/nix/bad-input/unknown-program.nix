{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.emacs.enable = true;
}
