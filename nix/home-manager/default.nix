# A Home Manager configuration, as it is, in the shape that ../default.nix gives.
#
# What Home Manager builds is taken as it built it: its files, its packages, its
# generation, in which its scripts look for both. Left out is what nhmt does
# itself, by name; ./adapter.nix says what is different for its modules.
{
  # What `homeManagerConfiguration` gave.
  homeConfiguration,
  # The nhmt executable in the store; only homeTree needs it.
  builder ? null,
  # The system of the home tree; null: that of the configuration's packages.
  system ? null,
  # Taken where the configuration leaves them open.
  username ? null,
  homeDirectory ? null,
  # Whether homeDirectory outranks the configuration.
  overrideHomeDirectory ? false,
  # Which of the configuration's `specialisation` is meant; null: itself.
  specialisation ? null,
  # As in ../default.nix.
  liveRoots ? [ ],
}@args:
let
  # Since then `homeManagerConfiguration` gives what can be extended.
  oldest = "24.05";
  release =
    let
      # What is none throws, or has no such option.
      found = builtins.tryEval (homeConfiguration.config.home.version.release or "of an unknown release");
    in
    if found.success then found.value else "of an unknown release";
  given =
    if !(homeConfiguration ? activationPackage && homeConfiguration ? config) then
      throw "this is no Home Manager configuration: it has no activationPackage\n  What `homeManagerConfiguration' of Home Manager gives is one."
    else if !(homeConfiguration ? extendModules) then
      throw "Home Manager ${release} is too old for nhmt, which takes ${oldest} and later\n  Update the input `home-manager', or its channel."
    else
      homeConfiguration;

  extended = given.extendModules {
    modules = [
      (import ./adapter.nix { inherit overrideHomeDirectory homeDirectory username; })
    ]
    # What ./module.nix declares.
    ++ (if given ? options.nhmt.liveRoots then [ { nhmt.liveRoots = liveRoots; } ] else [ ]);
  };
  inherit (extended) options;
  inherit (extended.pkgs) lib;
  nhmtLib = import ../lib/nhmt { inherit lib liveRoots; };
  config =
    let
      all = extended.config.specialisation or { };
    in
    if specialisation == null then
      extended.config
    else if all ? ${specialisation} then
      all.${specialisation}.configuration
    else
      throw (import ../lib/nhmt/no-specialisation.nix { inherit lib; } specialisation all);
  isOurs = config ? nhmt.homeManager;

  fromPackages = extended.pkgs.stdenv.hostPlatform.system;
  executable =
    if builder == null then
      throw "the home tree needs `builder', the nhmt executable in the Nix store"
    else
      nhmtLib.sources.toStore (path: "the builder ${path} does not exist") builder;

  hooks = import ./hooks.nix {
    inherit
      config
      lib
      nhmtLib
      options
      ;
    inherit (extended) pkgs;
  };
  files = import ./files.nix {
    inherit
      config
      lib
      nhmtLib
      options
      ;
    inherit (hooks) hookText;
  };
  plain = {
    version = 1;
    home = {
      inherit (config.home) username;
      directory = lib.removeSuffix "/" (toString config.home.homeDirectory);
    };
    inherit files;
    inherit (hooks) hooks;
    packages = {
      path = "${config.home.path}";
      names = map (
        p: builtins.unsafeDiscardStringContext (p.name or (baseNameOf "${p}"))
      ) config.home.packages;
    };
    homeManager = "${config.home.activationPackage}";
  };
  manifest = if isOurs then config.nhmt.homeManager.manifest plain else plain;
  homeTree = import ../home-tree.nix {
    system = if system == null then fromPackages else system;
    builder = executable;
    checks = config.home.checks or [ ];
    inherit manifest;
  };
in
{
  inherit
    config
    options
    manifest
    homeTree
    ;
  packages = config.home.path;
  activationPackage = homeTree;
  # The entries of home.activation that do not run, since nhmt does what they do.
  inherit (hooks) leftOut;
  reference = import ../reference.nix { inherit config options lib; };
  scope = {
    inherit config options;
    inherit (extended) pkgs;
    lib = extended._module.specialArgs.lib or lib;
  };
  override = changes: import ./default.nix (args // changes);
}
