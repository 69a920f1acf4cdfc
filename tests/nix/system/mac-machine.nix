# A nix-darwin with one home, and what it hands to shells, as texts. It is built
# for the machine that tests it.
{
  lib ? import ../../../nix/lib,
  package,
  directory,
  home ? { },
}:
let
  mac = import ./darwin.nix {
    inherit lib;
    pkgs = import ./packages.nix {
      inherit lib;
      system = builtins.currentSystem;
    };
    modules = [
      ../../../nix/darwin.nix
      {
        nhmt.package = builtins.path {
          path = package;
          name = "nhmt";
        };
        nhmt.users.alice = home;
        users.users.alice.home = directory;
        users.users.alice.uid = 501;
      }
    ];
  };
  inherit (mac) config;
in
{
  # What the texts need: it is built with the system.
  built = [
    config.nhmt.users.alice.home.activationPackage
  ]
  ++ lib.optional (config.nhmt.users.alice.home.packages != [ ]) config.nhmt.users.alice.home.path;
  switch = config.system.activationScripts.postActivation.text or "";
  agent = config.launchd.agents.nhmt.script or "";
}
