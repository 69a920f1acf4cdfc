{ ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.secrets.mail = { file = ./secret-not-age.nix; target = ".mail"; };
}
