# The entry point: a configuration in, its manifest and home tree out.
{
  # A path, a module function, an attribute set, or a list of these.
  configuration,
  # A nixpkgs package set; null: <nixpkgs> is imported when a module needs it.
  pkgs ? null,
  # The library for modules; null: that of pkgs, or nhmt's own.
  lib ? null,
  system ? builtins.currentSystem,
  # Defaults of home.username and home.homeDirectory.
  username ? null,
  homeDirectory ? null,
  # Whether homeDirectory outranks the configuration.
  overrideHomeDirectory ? false,
  # The nhmt executable in the store; only homeTree and packages need it.
  builder ? null,
  # Where the configuration's copy in the store was made from:
  # [ { store = …; path = …; } ], absolute.
  liveRoots ? [ ],
  # More arguments for modules, also usable in `imports`.
  extraSpecialArgs ? { },
}@args:
let
  inherit (library) mkDefault mkOverride optional;
  library =
    if lib != null then
      lib
    else if pkgs != null then
      pkgs.lib
    else
      import ./lib;
  nhmtLib = import ./lib/nhmt { lib = library; inherit liveRoots; } // {
    pkgsGiven = pkgs != null;
    isLinux = builtins.match ".*-linux" system != null;
  };

  withHm = base: base // { hm = import ./lib/hm { lib = base; }; };

  # Resolved only when a module asks for `pkgs`: an entry of the search path
  # may be a download.
  packageSet =
    if pkgs != null then
      pkgs
    else if builtins.any (e: e.prefix == "nixpkgs" || (e.prefix == "" && builtins.pathExists "${e.path}/nixpkgs")) builtins.nixPath then
      import <nixpkgs> { inherit system; }
    else
      throw ''
        needs nixpkgs: a module uses `pkgs', but there is no <nixpkgs> in the Nix search path
          Add a channel (nix-channel --add https://nixos.org/channels/nixpkgs-unstable nixpkgs && nix-channel --update),
          or use a flake with nixpkgs among its inputs, or remove what uses `pkgs' (home.packages needs it).'';

  evaluation = library.evalModules {
    class = "homeManager";
    specialArgs = {
      inherit nhmtLib;
      modulesPath = toString ../modules;
    }
    // extraSpecialArgs
    // {
      # Whatever library it is, modules find `lib.hm` in it.
      lib = withHm (extraSpecialArgs.lib or library);
    };
    modules =
      (if builtins.isList configuration then configuration else [ configuration ])
      ++ [
        ../modules
        {
          _file = "nhmt (defaults of the command line)";
          _module.args.pkgs = mkDefault packageSet;
          home = library.mkMerge (
            optional (username != null) { username = mkDefault username; }
            ++ optional (homeDirectory != null) {
              # Stronger than mkForce, which the configuration may use itself.
              homeDirectory = mkOverride (if overrideHomeDirectory then 10 else 1000) homeDirectory;
            }
          );
        }
      ];
  };
  inherit (evaluation) config options;

  nhmt =
    if builder == null then
      throw "the home tree needs `builder', the nhmt executable in the Nix store"
    else
      nhmtLib.sources.toStore (path: "the builder ${path} does not exist") builder;

  environment = import ./packages.nix {
    inherit system;
    builder = nhmt;
    packages = config.home.packages;
    extraOutputs = config.home.extraOutputsToInstall;
    toStore = nhmtLib.sources.toStore (path: "missing package in home.packages: there is no ${path}");
  };
  packages = if config.home.packages == [ ] then null else environment.derivation;
  manifest =
    config.nhmt.manifest
    // library.optionalAttrs (packages != null) {
      packages = {
        path = "${packages}";
        inherit (environment) names;
      };
    };
in
{
  inherit config options manifest packages;
  homeTree = import ./home-tree.nix {
    inherit system manifest;
    builder = nhmt;
  };
  override = changes: import ./default.nix (args // changes);
}
