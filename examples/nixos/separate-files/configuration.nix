# A home in a file of its own.
{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };

  nhmt.users.alice = ./alice.nix;
}
