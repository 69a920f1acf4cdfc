{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vim" = { source = ./.; recursive = true; method = "live"; };
}
