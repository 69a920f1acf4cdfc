{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.git.enable = true;
  programs.git.includes = [ { path = "x"; conditon = "gitdir:~/work/"; } ];
}
