{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  specialisation.dark.configuration.home.file.notes.txt = "";
}
