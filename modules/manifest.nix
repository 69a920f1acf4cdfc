# The manifest: the one value that crosses from Nix to Rust.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    length
    listToAttrs
    ;
  home = config.home.homeDirectory;

  given =
    concatMap (import ./files/entries.nix {
      inherit nhmtLib home;
      inherit (config.nhmt) hookText;
    }) config.nhmt.fileSets
    ++ secrets.files;
  entries =
    if config.nhmt.filesUnlessGiven == [ ] then
      given
    else
      let
        names = listToAttrs given;
      in
      given
      ++ filter (e: !(names ? ${e.name}) && !(state.entries ? ${e.name})) config.nhmt.filesUnlessGiven;
  secrets = config.nhmt.secretsManifest;
  files = listToAttrs entries;
  twice =
    let
      doubles = filter (es: length es > 1) (builtins.attrValues (builtins.groupBy (e: e.name) entries));
      line = e: "\n  - ${e.full} at ${e.shown}";
    in
    lib.concatMapStringsSep "\n" (
      es: "two entries with the target `${(builtins.head es).name}'${lib.concatMapStrings line es}"
    ) doubles
    + "\n  Keep one of them, or give one another `target'.";

  inherit (config.nhmt) state;

  # Impermanence's module wants NixOS to make its mounts, where nhmt does.
  served = a: lib.hasPrefix "home.persistence: Module was imported manually" a.message;
  failed = map (a: a.message) (filter (a: !a.assertion && !(served a)) config.assertions);
  checked =
    value:
    if failed != [ ] then
      throw "Failed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}"
    else
      builtins.foldl' (v: w: lib.warn w v) value (
        if config.nhmt.managedBy == null then warnings else [ ]
      );
  warnings = config.warnings ++ lib.optionals (state.entries != { }) state.warnings;
in
{
  options.nhmt.managedBy = lib.mkOption {
    type = lib.types.nullOr (
      lib.types.enum [
        "nixos"
        "nix-darwin"
      ]
    );
    default = null;
    internal = true;
    description = "The configuration of a machine that this home is a part of, which says what is to be said.";
  };

  options.nhmt.messages = lib.mkOption {
    type = lib.types.raw;
    readOnly = true;
    internal = true;
    description = "What is wrong with the home, and what is to be said of it: `failed` and `warnings`.";
  };

  options.nhmt.manifest = lib.mkOption {
    type = lib.types.raw;
    readOnly = true;
    internal = true;
    description = "The manifest without its packages.";
  };

  config.nhmt.messages = { inherit failed warnings; };

  config.nhmt.manifest = checked (
    {
      version = 1;
      home = {
        inherit (config.home) username;
        directory = home;
      };
      files = if length (attrNames files) == length entries then files else throw twice;
    }
    // lib.optionalAttrs (config.nhmt.managedBy != null) { inherit (config.nhmt) managedBy; }
    // lib.optionalAttrs (config.home.extraDependencies != [ ]) {
      dependencies = map (
        path: nhmtLib.sources.toStore (p: "home.extraDependencies: there is no ${p}") "${path}"
      ) config.home.extraDependencies;
    }
    // lib.optionalAttrs (config.nhmt.hooks != [ ]) { inherit (config.nhmt) hooks; }
    // import ./own-parts.nix { inherit config lib nhmtLib; } entries
  );
}
