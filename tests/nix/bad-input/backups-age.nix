{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  nhmt.backups.olderThan = "3 weeks";
}
