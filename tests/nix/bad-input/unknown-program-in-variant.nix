{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  specialisation.dark.configuration.programs.starship.enable = true;
}
