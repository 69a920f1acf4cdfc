# The machine of the test that needs one, as far as it can be evaluated here.
{
  case,
  nixos,
  failed,
  manifest,
  lib,
  ...
}:
let
  test = import ../../../nix/system/vm-test.nix {
    pkgs = import ./packages.nix {
      inherit lib;
      system = "x86_64-linux";
    } // {
      testers.runNixOSTest = test: test;
    };
    module = { };
  };
  declared = {
    options = lib.genAttrs [ "virtualisation" "specialisation" ] (
      _: lib.mkOption { type = lib.types.attrsOf lib.types.anything; }
    );
  };
  machine = nixos [
    declared
    test.nodes.machine
    # What the tests' machines make of it.
    ({ config, ... }: { inherit (config.virtualisation) fileSystems; })
  ];
in
[
  (case "machine" { failed = failed machine; inherit (machine) warnings; } { failed = [ ]; warnings = [ ]; })
  (case "machine: units" (lib.mapAttrs (_: u: u.wantedBy) machine.systemd.services) { nhmt-alice = [ "multi-user.target" ]; nhmt-bob = [ "user@1001.service" ]; })
  (case "machine: a home" (manifest machine).files.greeting.text "first\n")
]
