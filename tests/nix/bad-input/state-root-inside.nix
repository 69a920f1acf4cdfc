{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/home/alice/persist".directories = [ ".ssh" ];
}
