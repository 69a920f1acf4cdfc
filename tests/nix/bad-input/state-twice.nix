{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ ".ssh" ];
  home.persistence."/cache" = {
    files = [ { file = ".ssh"; mode = "0600"; } ];
  };
}
