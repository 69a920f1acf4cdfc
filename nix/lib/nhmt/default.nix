# Pure helpers of the nhmt modules; they work with either library.
{ lib }:
{
  encode = import ./encode.nix { inherit lib; };
  sources = import ./sources.nix { inherit lib; };
  targets = import ./targets.nix { inherit lib; };
  shell = import ./shell.nix { inherit lib; };
  locations = import ./locations.nix { inherit lib; };
}
