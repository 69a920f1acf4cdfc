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
  # Which of the configuration's `specialisation` is meant; null: itself.
  specialisation ? null,
  # More arguments for modules, also usable in `imports`.
  extraSpecialArgs ? { },
}@args:
let
  inherit (library) mkDefault mkOverride optional;
  explaining =
    library:
    import ./unknown-options.nix {
      inherit library;
      absentOptions = evaluation.options.nhmt.absentOptions.value;
    };
  library = explaining (
    if lib != null then
      recent lib
    else if pkgs != null then
      recent pkgs.lib
    else
      import ./lib
  );
  # By what it has, because only releases have a number that can be compared:
  # this type came with 23.11.
  recent =
    given:
    if given.types ? pathInStore then
      given
    else
      throw ''
        nixpkgs too old: its library is that of ${given.trivial.release}, and nhmt needs 23.11 or later
          Update the input `nixpkgs' of the flake, or the channel.'';
  nhmtLib =
    import ./lib/nhmt {
      lib = library;
      inherit liveRoots;
    }
    // {
      pkgsGiven = pkgs != null;
      isLinux = builtins.match ".*-linux" system != null;
      wrap = import ./wrapper.nix {
        inherit system;
        builder = nhmt;
        toStore = nhmtLib.sources.toStore (path: "missing package in wrappers: there is no ${path}");
      };
      packages = import ./lib/nhmt/packages.nix {
        lib = library;
        pkgsGiven = pkgs != null;
      };
    };

  withHm =
    base:
    base
    // {
      hm = import ./lib/hm { lib = base; };
      generators = import ./lib/generators/toml.nix { lib = base; } // base.generators;
    };

  # Resolved only when a module asks for `pkgs`: an entry of the search path
  # may be a download.
  packageSet = import ./package-set.nix {
    inherit pkgs system;
    lib = library;
  };

  # What makes a home of modules, as `evalModules' and `types.submoduleWith' take it.
  asModule = {
    class = "homeManager";
    specialArgs = {
      inherit nhmtLib;
      modulesPath = toString ../modules;
    }
    // extraSpecialArgs
    // {
      # Whatever library it is, modules find `lib.hm` in it.
      lib = withHm (if extraSpecialArgs ? lib then explaining extraSpecialArgs.lib else library);
    };
    modules = [
      ../modules
      outcome
      {
        _file = "nhmt (defaults of the command line)";
        nixpkgs.system = mkDefault system;
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
  evaluation = library.evalModules (
    asModule
    // {
      modules =
        (if builtins.isList configuration then configuration else [ configuration ]) ++ asModule.modules;
    }
  );
  # What there is in the end of any configuration: this one, or a variant of it.
  outcome =
    { config, ... }:
    {
      _file = "nhmt (what becomes of the configuration)";
      _module.args.pkgs = mkDefault (packageSet config.nixpkgs);
      home.path = (environmentOf config).derivation;
      home.activationPackage = treeOf config;
      # option -> directory -> packages -> what they have there, merged
      nhmt.mergePackages =
        option: directory: packages:
        "${
          (import ./packages.nix {
            inherit packages system;
            builder = nhmt;
            extraOutputs = [ ];
            pathsToLink = [ directory ];
            mimeDatabase = null;
            toStore = nhmtLib.sources.toStore (path: "missing package in ${option}: there is no ${path}");
          }).derivation
        }${directory}";
      # One file of a tree: that of a home with nothing else in it.
      nhmt.writeFile =
        name: f:
        "${
          import ./home-tree.nix {
            inherit system;
            builder = nhmt;
            manifest = {
              version = 1;
              home = {
                inherit (config.home) username;
                directory = config.home.homeDirectory;
              };
              files.${name} =
                if f.text != null then
                  { inherit (f) text; }
                else
                  {
                    inherit (f) format;
                    value = nhmtLib.encode.value "the source of ${name}" (nhmtLib.sources.toStore (
                      nhmtLib.sources.missing name ""
                    )) f.value;
                  };
            };
          }
        }/home/${name}";
    };

  nhmt =
    if builder == null then
      throw "the home tree needs `builder', the nhmt executable in the Nix store"
    else
      nhmtLib.sources.toStore (path: "the builder ${path} does not exist") builder;

  environmentOf =
    config:
    import ./packages.nix {
      inherit system;
      builder = nhmt;
      packages = config.home.packages;
      extraOutputs = config.home.extraOutputsToInstall;
      inherit (config.nhmt) pathsToLink;
      mimeDatabase = config.xdg.mime.database;
      toStore = nhmtLib.sources.toStore (path: "missing package in home.packages: there is no ${path}");
    };
  packagesOf =
    config: if config.home.packages == [ ] then null else (environmentOf config).derivation;
  manifestOf =
    config:
    config.nhmt.manifest
    // library.optionalAttrs (config.home.packages != [ ]) {
      packages =
        let
          environment = environmentOf config;
        in
        {
          path = "${environment.derivation}";
          inherit (environment) names paths;
        };
    };
  treeOf =
    config:
    import ./home-tree.nix {
      inherit system;
      inherit (config.home) checks;
      manifest = manifestOf config;
      builder = nhmt;
    };

  inherit (evaluation) options;
  config =
    let
      all = evaluation.config.specialisation;
    in
    if specialisation == null then
      evaluation.config
    else if all ? ${specialisation} then
      all.${specialisation}.configuration
    else
      throw (import ./lib/nhmt/no-specialisation.nix { lib = library; } specialisation all);
in
{
  inherit config options;
  manifest = manifestOf config;
  packages = packagesOf config;
  homeTree = treeOf config;
  # As Home Manager calls it.
  activationPackage = treeOf config;
  # For looking around: `nhmt options` and `nhmt repl`.
  reference = import ./reference.nix {
    inherit config options;
    lib = library;
  };
  scope = {
    inherit config options;
    lib = withHm (extraSpecialArgs.lib or library);
    inherit (evaluation._module.args) pkgs;
  };
  # For homes inside another evaluation, such as that of a NixOS system.
  inherit asModule;
  override = changes: import ./default.nix (args // changes);
}
