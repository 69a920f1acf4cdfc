{ ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.secrets.mail = { file = builtins.toFile "mail.age" "age"; mode = "0200"; };
}
