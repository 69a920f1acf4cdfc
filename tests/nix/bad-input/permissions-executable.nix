{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.run = { text = ""; method = "copy"; permissions = "0700"; executable = true; };
}
