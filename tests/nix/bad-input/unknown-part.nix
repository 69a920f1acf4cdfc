{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.git-worktree-switcher.enable = true;
  programs.git.delta.enable = true;
}
