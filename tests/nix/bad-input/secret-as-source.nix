{ config, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.secrets.mail.file = builtins.toFile "mail.age" "age";
  home.file.".token".source = config.home.secrets.mail.path;
}
