# What is different for Home Manager's modules when nhmt realizes the home.
{
  username,
  homeDirectory,
  overrideHomeDirectory,
}:
{ config, lib, ... }:
let
  inherit (lib) mkOption mkOverride optional;
  profile = "${lib.removeSuffix "/" (toString config.home.homeDirectory)}/.local/state/nhmt/current/packages";
in
{
  _file = "nhmt (what it adds to a Home Manager configuration)";

  # Read-only in Home Manager, where it is the user's Nix profile: units, paths
  # of fonts and the like are made with it, and have to find the packages where
  # nhmt has them.
  options.home.profileDirectory = mkOption { apply = _: profile; };

  config = {
    # They were shown when the configuration was evaluated as it is.
    warnings = lib.mkForce [ ];
    home = lib.mkMerge (
      [
        {
          # What Nix's own profile script does for the user's profile.
          sessionVariablesExtra = ''
            export PATH="${profile}/bin''${PATH:+:}''${PATH-}"
            export XDG_DATA_DIRS="${profile}/share:''${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
            export NIX_PROFILES="''${NIX_PROFILES:+$NIX_PROFILES }${profile}"
          '';
        }
      ]
      ++ optional (username != null) { username = lib.mkDefault username; }
      ++ optional (homeDirectory != null) {
        homeDirectory = mkOverride (if overrideHomeDirectory then 10 else 1000) homeDirectory;
      }
    );
  };
}
