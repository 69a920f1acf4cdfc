{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
    description = "Alice";
  };

  nhmt.users.alice.programs.bash.enable = true;
}
