{
  home.username = "bob";
}
