{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.activation.one = [ "true" ];
}
