# A NixOS with one home, and what it hands to systemd, as texts.
{
  lib ? import ../../../nix/lib,
  # The directory of nhmt's package.
  package,
  # The user, and where the home is.
  uid,
  directory,
  # A module of the home, and one of the system.
  home ? { },
  system ? { },
}:
let
  inherit (machine) config;
  render = import ./render.nix { inherit lib; };
  machine = import ./nixos.nix {
    inherit lib;
    pkgs = import ./packages.nix {
      inherit lib;
      system = builtins.currentSystem;
    };
    modules = [
      ../../../nix/nixos.nix
      system
      {
        nhmt.package = builtins.path {
          path = package;
          name = "nhmt";
        };
        nhmt.users.alice = home;
        users.users.alice = {
          isNormalUser = true;
          inherit uid;
          home = directory;
        };
      }
    ];
  };
in
{
  tree = config.nhmt.users.alice.home.activationPackage;
  service = render.service config.systemd.services.nhmt-alice;
  mounts = map (mount: {
    inherit (mount) what where;
    text = render.mount mount;
    conditions = lib.concatLists (
      lib.mapAttrsToList (name: value: map (v: "${name}=${v}") (lib.toList value)) (
        lib.filterAttrs (name: _: lib.hasPrefix "Condition" name) mount.unitConfig
      )
    );
  }) config.systemd.mounts;
  rules = lib.concatMapStrings (rule: "${rule}\n") config.systemd.tmpfiles.rules;
  options = (config.fileSystems.${directory} or { options = [ ]; }).options;
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
}
