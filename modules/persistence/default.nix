# home.persistence: paths of the home whose data lies in directories that
# outlive it.
#
# The option may be declared by another module as well, such as impermanence's
# for Home Manager. Two declarations of one option clash when both have a
# default, a description, or types that do not merge; so this one has none of
# them. The type stands beside it, and what is read are the definitions, which
# are the same whoever declares the option.
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  option = options.home.persistence;
  definitions = option.definitionsWithLocations;

  type = import ./type.nix { inherit lib nhmtLib definitions; };
  roots = (lib.modules.mergeDefinitions [ "home" "persistence" ] type definitions).mergedValue;

  # One pattern in a line, as git reads them.
  usual = builtins.filter (l: builtins.isString l && l != "" && lib.substring 0 1 l != "#") (
    builtins.split "\n" (builtins.readFile ./at-risk.gitignore)
  );
  ignore = options.nhmt.atRisk.ignore;
  defaults = (lib.mkOptionDefault { }).priority;
  forced = (lib.mkForce { }).priority;

  places = nhmtLib.locations.entries definitions;
  home = config.home.homeDirectory;
  # Before 2026, impermanence's users wrote the place of the home themselves.
  twice = builtins.filter (
    name:
    roots.${name}.enable && lib.hasSuffix "${home}/" "${toString roots.${name}.persistentStoragePath}/"
  ) (builtins.attrNames roots);
in
{
  options = {
    home.persistence =
      mkOption {
        # Another declaration's value is that module's own affair.
        apply = value: if option.type.name == "unspecified" then roots else value;
      }
      // {
        documented = {
          inherit type;
          default = { };
          description = ''
            Directories that outlive the home, each with the paths of the home whose data lies there. The name
            is the place of such a directory, to which that of the home is appended: what is at `.ssh` in the
            home of alice lies in `/persist/home/alice/.ssh` for `"/persist"`.
          '';
        };
      };

    nhmt.atRisk.ignore = mkOption {
      type = types.listOf types.str;
      default = [ ];
      defaultText = lib.literalExpression "caches and what is downloaded again";
      example = [
        "/Downloads/"
        "!/.cache/keep"
      ];
      description = ''
        What `nhmt status --at-risk` leaves out: patterns as in gitignore(5), from the home downwards. They come
        behind nhmt's own, which are caches, so that `!` takes one of these back; `lib.mkForce` puts them in
        their place.
      '';
    };

    nhmt.directoryMethod = mkOption {
      type = types.nullOr (
        types.enum [
          "symlink"
          "bind"
        ]
      );
      default = null;
      internal = true;
      description = "How persisted directories lead to their places unless a root says it. Null is its `defaultMethod`.";
    };

    nhmt.state = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "What the manifest has of persisted paths, and what is to be said about them.";
    };
  };

  config.nhmt.state = {
    entries =
      # Impermanence's declaration has a default, which is a definition then.
      if builtins.all (d: d.value == { }) definitions then
        { }
      else
        import ./entries.nix {
          inherit
            lib
            nhmtLib
            roots
            places
            home
            ;
          directories = config.nhmt.directoryMethod;
          username = config.home.username;
        };
    warnings = map (
      name:
      let
        path = toString roots.${name}.persistentStoragePath;
      in
      "home.persistence.${builtins.toJSON name} at ${
        nhmtLib.locations.show (places.${name} or [ ])
      }: the place of the home is appended to ${path}, which ends in it: data is kept below ${path}${home}. Write ${builtins.toJSON (lib.removeSuffix home path)} where ${path} is meant."
    ) twice;
    ignore =
      if ignore.highestPrio >= defaults then
        null
      else if ignore.highestPrio <= forced then
        ignore.value
      else
        usual ++ ignore.value;
  };
}
