# nhmt's own options in a Home Manager configuration.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (pkgs.stdenv.hostPlatform) system;
  nhmtLib =
    import ../lib/nhmt {
      inherit lib;
      inherit (config.nhmt) liveRoots;
    }
    // {
      pkgsGiven = true;
      isLinux = lib.hasSuffix "-linux" system;
      packages = import ../lib/nhmt/packages.nix {
        inherit lib;
        pkgsGiven = true;
      };
      wrap = import ../wrapper.nix {
        inherit system;
        builder =
          if config.nhmt.package == null then
            throw "wrappers need nhmt.package, the nhmt that makes them\n  In a flake: nhmt.package = inputs.nhmt.packages.\${system}.nhmt;"
          else
            "${config.nhmt.package}/bin/nhmt";
        toStore = nhmtLib.sources.toStore (path: "missing package in wrappers: there is no ${path}");
      };
    };

  home = lib.removeSuffix "/" (toString config.home.homeDirectory);
  declaredIn = import ./places.nix {
    inherit
      config
      lib
      nhmtLib
      options
      ;
  };
  # What arrives by a method of nhmt's, or has a secret in it.
  own = lib.filterAttrs (_: file: file.nhmtEnable && file.nhmtOwn) config.home.file;
  entries =
    import ../../modules/files/entries.nix
      {
        inherit nhmtLib home;
        inherit (config.nhmt) hookText;
      }
      {
        name = "home.file";
        base = home;
        option = {
          inherit (options.home.file) definitionsWithLocations;
          value = lib.mapAttrs (name: file: {
            enable = true;
            # Home Manager makes a source of each text.
            source = if file.text != null || file.format != null then null else file.source;
            declaredIn = declaredIn name;
            # Relative to the home, also with a slash in front.
            target = "./${file.target}";
            inherit (file)
              block
              executable
              force
              format
              method
              onChange
              permissions
              recursive
              text
              value
              ;
          }) own;
        };
      }
    ++ config.nhmt.secretsManifest.files;

  needed =
    lib.optional (own != { })
      "how files arrive (${lib.concatStringsSep ", " (lib.mapAttrsToList (_: file: file.target) own)})"
    ++ lib.optional (config.nhmt.state.entries != { }) "home.persistence"
    ++ lib.optional (!config.nhmt.secretsManifest.isEmpty) "home.secrets";
in
{
  _file = "nhmt";
  imports = [
    ../../modules/conflicts.nix
    ../../modules/persistence
    ../../modules/persistence/sync.nix
    ../../modules/profile.nix
    ../../modules/secrets
    ../../modules/secrets/service.nix
    ../../modules/wrappers
    ./methods.nix
  ];

  options.nhmt = {
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
      description = "The nhmt that makes what {option}`wrappers` declares.";
    };
    liveRoots = mkOption {
      type = types.raw;
      internal = true;
      default = [ ];
      description = "What was copied to the store, and from where, for live sources.";
    };
    hookText = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "From the text of a script to what is run.";
    };
    homeManager = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "From the manifest of Home Manager's part to the whole.";
    };
  };

  config = {
    _module.args = { inherit nhmtLib; };
    nhmt.hookText =
      (import ./hooks.nix {
        inherit
          config
          lib
          nhmtLib
          options
          pkgs
          ;
      }).hookText;
    nhmt.homeManager.manifest =
      plain:
      builtins.foldl' (value: warning: lib.warn warning value) (
        plain
        // {
          files =
            let
              both = builtins.intersectAttrs plain.files (builtins.listToAttrs entries);
            in
            if both == { } then
              plain.files // builtins.listToAttrs entries
            else
              throw "two entries with the target `${builtins.head (builtins.attrNames both)}'\n  Keep one of them, or give one another `target'.";
        }
        // import ../../modules/own-parts.nix { inherit config lib nhmtLib; } (
          entries
          ++ map (name: {
            inherit name;
            full = "home.file";
            shown = "an unknown place";
            value = plain.files.${name};
          }) (builtins.attrNames plain.files)
        )
      ) (lib.optionals (config.nhmt.state.entries != { }) config.nhmt.state.warnings);

    # Home Manager stops there, before it has changed anything; nhmt leaves it
    # out.
    home.activation.needsNhmt = lib.mkIf (needed != [ ]) (
      lib.hm.dag.entryBefore
        [
          "checkLinkTargets"
          "writeBoundary"
        ]
        ''
          errorEcho ${lib.escapeShellArg "This configuration needs nhmt, for ${lib.concatStringsSep ", " needed}: run `nhmt realize' in the place of `home-manager switch'. Nothing was changed."}
          exit 1
        ''
    );
  };
}
