{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist/../home".directories = [ ".ssh" ];
}
