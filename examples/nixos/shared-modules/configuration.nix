# What all homes have, and what each has.
{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };
  users.users.bob = {
    isNormalUser = true;
    uid = 1001;
  };

  nhmt = {
    # Arguments for the modules of homes; in a flake, its inputs for example.
    extraSpecialArgs.colour = "solarized";
    sharedModules = [ ./homes/shared.nix ];

    users.alice = ./homes/alice.nix;
    users.bob = { };
  };
}
