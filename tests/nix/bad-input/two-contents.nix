{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.file.".vimrc" = {
    text = "set number";
    source = ./two-contents.nix;
  };
}
