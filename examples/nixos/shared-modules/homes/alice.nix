{
  home.sessionVariables.EDITOR = "vim";
}
