{
  imports = [ ./conflict-other.nix ];
  home.username = "alice";
  home.homeDirectory = "/home/alice";
}
