{
  imports = [ { home.activation.one = "true"; } ];
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.activation.one = "false";
}
