{
  home = 5;
}
