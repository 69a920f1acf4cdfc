{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ ".config/app" ];
  home.persistence."/cache".directories = [ ".config" ];
}
