{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  specialisation.dark.configuration.home.fil.notes.text = "";
}
