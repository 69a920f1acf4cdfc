{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ ".config/a/b" ];
  home.file.".config".source = ./.;
}
