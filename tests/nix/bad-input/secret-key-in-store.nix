{ ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  nhmt.secrets.identities = [ (builtins.toFile "key" "AGE-SECRET-KEY-1") ];
  home.secrets.mail.file = builtins.toFile "mail.age" "age";
}
