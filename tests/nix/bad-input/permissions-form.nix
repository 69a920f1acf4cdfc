{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".netrc" = { text = ""; method = "copy"; permissions = "u=rw"; };
}
