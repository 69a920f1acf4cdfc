{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.persistence."/persist".directories = [ ".ssh" ];
  home.file.".ssh".source = ./.;
}
