{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".files = [ ".a" ];
  home.file.".a/b".text = "";
}
