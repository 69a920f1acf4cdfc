{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ ".config" ];
  home.file.".config/a/b" = { text = ""; method = "copy"; };
}
