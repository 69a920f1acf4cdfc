# `lib.homeConfiguration`, for flakes and without them.
{
  # From a package set to the package of nhmt.
  packageFor,
}:
{
  # The package set of the home's system.
  pkgs,
  # Paths, functions or sets: the configuration.
  modules,
  # More arguments for modules, such as a flake's inputs.
  extraSpecialArgs ? { },
  # Defaults of home.username and home.homeDirectory.
  username ? null,
  homeDirectory ? null,
  # The library for modules.
  lib ? pkgs.lib,
  # The nhmt executable that builds and activates the home; null: the one that
  # is run.
  builder ? "${packageFor pkgs}/bin/nhmt",
}:
import ./. {
  inherit
    pkgs
    lib
    extraSpecialArgs
    username
    homeDirectory
    builder
    ;
  inherit (pkgs.stdenv.hostPlatform) system;
  configuration = modules;
}
