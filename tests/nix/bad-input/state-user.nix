{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ { directory = ".a"; user = "bob"; } ];
}
