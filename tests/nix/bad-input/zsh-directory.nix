{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.zsh = {
    enable = true;
    dotDir = "$HOME/.config/zsh";
  };
}
