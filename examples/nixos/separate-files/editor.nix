{
  home.sessionVariables.EDITOR = "vim";
  home.file.".vimrc".text = ''
    set number
  '';
}
