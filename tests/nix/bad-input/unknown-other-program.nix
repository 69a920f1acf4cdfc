{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.nobody-has-this.enable = true;
}
