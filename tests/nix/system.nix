# Homes in the configuration of a system, by stand-ins for NixOS and nix-darwin.
#
# Evaluates to { count; failures; }: no failures is success.
{
  lib ? import ../../nix/lib,
}:
let
  inherit (builtins) attrNames filter head;
  packages = system: import ./system/packages.nix { inherit lib system; };
  package.nhmt.package = builtins.path {
    path = ./system/package;
    name = "nhmt";
  };
  nixos =
    modules:
    (import ./system/nixos.nix {
      inherit lib;
      pkgs = packages "x86_64-linux";
      modules = [ ../../nix/nixos.nix package ] ++ modules;
    }).config;
  darwin =
    modules:
    (import ./system/darwin.nix {
      inherit lib;
      pkgs = packages "aarch64-darwin";
      modules = [ ../../nix/darwin.nix package ] ++ modules;
    }).config;

  alice.users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };
  mac.users.users.alice = {
    uid = 501;
    home = "/Users/alice";
  };
  home = configuration: { nhmt.users.alice = configuration; };
  failed = config: map (a: a.message) (filter (a: !a.assertion) config.assertions);
  # What is said, as long as it is one thing.
  only = messages: if builtins.length messages == 1 then head messages else messages;
  plain = builtins.unsafeDiscardStringContext;
  has = part: text: lib.hasInfix part text;
  manifest = config: config.nhmt.users.alice.nhmt.manifest;

  case = name: expr: expected: { inherit name expr expected; };
  common = {
    inherit case nixos darwin alice mac home failed only plain has manifest lib;
  };
  cases =
    import ./system/homes.nix common
    ++ import ./system/units.nix common
    ++ import ./system/ephemeral.nix common
    ++ import ./system/mac.nix common
    ++ import ./system/examples.nix common
    ++ import ./system/virtual-machine.nix common;
in
{
  count = builtins.length cases;
  subjects = attrNames (builtins.groupBy (c: c.name) cases);
  failures = import ./failures.nix cases;
}
