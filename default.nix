# nhmt without flakes: what its flake has, for one system.
#   nix-build -A nhmt
#   nhmt = import <nhmt> { };                     # a channel
#   nhmt = import sources.nhmt { inherit pkgs; }; # a pin
{
  system ? builtins.currentSystem,
  # The package set that nhmt is built by.
  pkgs ? import <nixpkgs> { inherit system; },
}:
let
  nhmt = import ./package.nix pkgs;
  moduleOf = import ./nix/module-of.nix { packageFor = _: nhmt; };
in
{
  # Alone at the top, so that `nix-build` builds it and nothing else.
  inherit nhmt;
  packages = {
    inherit nhmt;
    default = nhmt;
  };
  lib.homeConfiguration = import ./nix/home-configuration.nix { packageFor = import ./package.nix; };
  nixosModules.default = moduleOf ./nix/nixos.nix;
  darwinModules.default = moduleOf ./nix/darwin.nix;
  homeModules.default = moduleOf ./nix/home-manager/module.nix;
  overlays.default = final: _: { nhmt = import ./package.nix final; };
}
