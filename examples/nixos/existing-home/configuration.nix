# The home.nix that `nhmt realize` takes as well. Whose home it is, it may say
# itself or leave to the system.
{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };

  nhmt.users.alice = {
    imports = [ ../../alice/home.nix ];

    # What only this machine adds.
    home.sessionVariables.MACHINE = "desk";
  };
}
