# A home in the configuration of the system itself.
{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };

  nhmt.users.alice = {
    programs.bash.enable = true;
    programs.bash.shellAliases.ll = "ls -l";
    programs.git = {
      enable = true;
      package = null; # that of the system
      settings.user.name = "Alice";
    };
  };
}
