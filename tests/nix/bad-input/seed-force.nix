{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.notes = { text = ""; force = true; method = "seed"; };
}
