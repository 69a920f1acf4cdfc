{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  services = {
    nobody-has-this.enable = true;
    nor-this.enable = true;
  };
}
