{
  programs.git = {
    enable = true;
    settings = {
      user = {
        name = "Alice";
        email = "alice@home.example";
      };
      alias = {
        st = "status --short";
        lg = "log --oneline --graph";
      };
      init.defaultBranch = "main";
      pull.rebase = true;
      url."ssh://git@code.example/".insteadOf = "code:";
    };
    ignores = [
      "*~"
      "*.swp"
      ".direnv/"
    ];
    attributes = [ "*.pdf diff=pdf" ];
    includes = [
      {
        condition = "gitdir:~/projects/work/";
        contents.user.email = "alice@work.example";
      }
    ];
  };
}
