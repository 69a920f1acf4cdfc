# A module for another program's configuration, with nhmt's own package in it.
{
  # From a package set to the package of nhmt.
  packageFor,
}:
file:
{ lib, pkgs, ... }:
{
  _file = "nhmt";
  imports = [ file ];
  nhmt.package = lib.mkDefault (packageFor pkgs);
}
