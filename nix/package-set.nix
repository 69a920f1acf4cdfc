# The `pkgs` of modules, by what the option `nixpkgs` says of it.
{
  # The package set that was given, or null.
  pkgs,
  system,
  lib,
}:
# { config; overlays; … }, each null for what is not to change
nixpkgs:
let
  inherit (builtins) any nixPath pathExists;
  overlays = if nixpkgs.overlays == null then [ ] else nixpkgs.overlays;
  found = any (
    e: e.prefix == "nixpkgs" || (e.prefix == "" && pathExists "${e.path}/nixpkgs")
  ) nixPath;
in
if pkgs != null && nixpkgs.config != null then
  # The configuration of a package set cannot be changed, so it is made again.
  import pkgs.path {
    inherit system;
    config =
      if builtins.isAttrs nixpkgs.config then
        lib.recursiveUpdate (pkgs.config or { }) nixpkgs.config
      else
        nixpkgs.config;
    overlays = pkgs.overlays or [ ] ++ overlays;
  }
else if pkgs != null then
  if overlays == [ ] then pkgs else pkgs.appendOverlays overlays
else if found then
  import <nixpkgs> (
    {
      inherit (nixpkgs) system;
    }
    // lib.filterAttrs (_: v: v != null) { inherit (nixpkgs) config overlays; }
  )
else
  throw ''
    needs nixpkgs: a module uses `pkgs', but there is no <nixpkgs> in the Nix search path
      Add a channel (nix-channel --add https://nixos.org/channels/nixpkgs-unstable nixpkgs && nix-channel --update),
      or use a flake with nixpkgs among its inputs, or remove what uses `pkgs' (home.packages needs it).''
