# What runs after a switch.
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.home;

  places = nhmtLib.locations.entries options.home.activation.definitionsWithLocations;
  show = name: nhmtLib.locations.show (places.${name} or [ ]);
  words = [
    "run"
    "DRY_RUN"
    "VERBOSE"
    "Echo"
    "GenPath"
  ];
  hook =
    {
      name,
      entry,
      after,
    }:
    {
      inherit name;
      script = config.nhmt.hookText entry.data;
      declaredIn = [
        "home.activation.${builtins.toJSON name}"
      ]
      ++ map nhmtLib.locations.record (places.${name} or [ ]);
    }
    // lib.optionalAttrs (after != [ ]) { inherit after; }
    // lib.optionalAttrs entry.dryRun { dryRun = true; }
    // lib.optionalAttrs entry.report { report = true; }
    // lib.optionalAttrs (entry.whenGone != "") { whenGone = config.nhmt.hookText entry.whenGone; };
in
{
  options = {
    home.activation = mkOption {
      type = lib.hm.types.dagWith {
        dryRun = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the script runs under `--dry-run` too, with `NHMT_DRY_RUN=1`.";
        };
        report = mkOption {
          type = types.bool;
          default = false;
          description = "Whether what the script prints is told without `--verbose`, too.";
        };
        whenGone = mkOption {
          type = types.lines;
          default = "";
          description = "What runs instead, once, after a switch to a generation that has no hook of this name.";
        };
      } types.str;
      default = { };
      example = lib.literalExpression ''
        {
          fonts = lib.hm.dag.entryAfter [ "writeBoundary" ] "fc-cache";
        }
      '';
      description = ''
        Scripts that run after a switch, by name. A string runs at any time; `lib.hm.dag.entryAfter`,
        `entryBefore` and `entryBetween` order it among the others.
      '';
    };
    home.extraActivationPath = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages whose `bin` is on PATH in the scripts of {option}`home.activation`.";
    };
    home.emptyActivationPath = mkOption {
      type = types.bool;
      default = false;
      description = "Taken for Home Manager's configurations; nhmt's scripts have the PATH of who runs it, behind that of the home's packages.";
    };

    nhmt.hooks = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "The scripts in running order, as the manifest has them.";
    };
    nhmt.hookText = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "From the text of a script to what is run.";
    };
  };

  config.nhmt = {
    hooks = map hook (nhmtLib.hooks.order "home.activation" show cfg.activation);
    hookText =
      text:
      lib.optionalString (cfg.extraActivationPath != [ ]) ''
        PATH=${lib.escapeShellArg (lib.makeBinPath cfg.extraActivationPath)}:$PATH
      ''
      # The words that Home Manager's scripts are written with.
      + lib.optionalString (builtins.any (word: lib.hasInfix word text) words) (
        builtins.readFile ./prelude.sh
      )
      + text;
  };
}
