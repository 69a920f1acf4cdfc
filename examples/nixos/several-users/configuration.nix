# Users and their homes, declared together: one file for each person, which is
# a module of the system.
{
  imports = [
    ./users/alice.nix
    ./users/bob.nix
  ];

  # Packages of homes are there for display managers, too.
  nhmt.useGlobalPkgs = true;
  nhmt.useUserPackages = true;
}
