{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".netrc" = { text = ""; permissions = "0600"; };
}
