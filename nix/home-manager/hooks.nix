# The activation entries of a Home Manager configuration, as hooks.
{
  config,
  lib,
  nhmtLib,
  options,
  pkgs,
}:
let
  inherit (builtins)
    attrNames
    elem
    filter
    mapAttrs
    ;
  entries = config.home.activation;

  # What nhmt does by itself. The last would remove Home Manager's own state,
  # which is what goes back to it.
  replaced = [
    "checkFilesChanged"
    "checkLinkTargets"
    "installPackages"
    "linkGeneration"
    "onFilesChange"
    "uninstall"
    "writeBoundary"
  ];
  # An entry that plain Home Manager stops at, when the configuration needs nhmt.
  guards = [ "needsNhmt" ];
  without = replaced ++ guards;
  leftOut = filter (name: elem name replaced && entries.${name}.data != "") (attrNames entries);
  # They have their place in the order still.
  kept = mapAttrs (name: entry: if elem name without then entry // { data = ""; } else entry) entries;

  # Where the entries stand is known by name; Home Manager's own modules are
  # places like any other.
  places = nhmtLib.locations.entries options.home.activation.definitionsWithLocations;
  sorted = nhmtLib.hooks.order "home.activation" (
    name: nhmtLib.locations.show (places.${name} or [ ])
  ) kept;
  early = nhmtLib.hooks.leading kept [
    "writeBoundary"
    "linkGeneration"
  ];
  isEarly = hook: elem hook.name early;

  hook =
    before:
    {
      name,
      entry,
      after,
    }:
    {
      inherit name;
      script = hookText entry.data;
      # Home Manager shows what they print.
      report = true;
      declaredIn = [
        "home.activation.${builtins.toJSON name}"
      ]
      ++ map nhmtLib.locations.record (places.${name} or [ ]);
    }
    // lib.optionalAttrs (after != [ ]) { inherit after; }
    // lib.optionalAttrs before { before = true; }
    // lib.optionalAttrs (knowsDryRuns entry.data) { dryRun = true; };

  # Home Manager starts every entry in a dry run. Here only those that ask
  # whether it is one: another one would do what it does. (A search, since
  # `match' of a long text overflows the stack of Nix.)
  knowsDryRuns =
    text:
    builtins.length (
      builtins.split "(^|[\n;&|({!]|[[:space:]](then|do|else)[[:space:]])[[:space:]]*run[[:space:]]|DRY_RUN" text
    ) > 1;

  own =
    name: before: text:
    {
      inherit name;
      script = hookText text;
      # What it changes, it changes by `run`.
      dryRun = true;
      report = true;
      declaredIn = [ "nhmt, for Home Manager" ];
    }
    // lib.optionalAttrs before { before = true; };

  # As Home Manager's own scripts have it, so that each finds the same programs.
  programs = lib.makeBinPath (
    [
      pkgs.bash
      pkgs.coreutils
      pkgs.diffutils
      pkgs.findutils
      pkgs.gettext
      pkgs.gnugrep
      pkgs.gnused
      pkgs.jq
      pkgs.ncurses
    ]
    ++ config.home.extraActivationPath
  );
  nix =
    if config.nix.enable or true && config.nix.package or null != null then
      ":${config.nix.package}/bin"
    else
      ":$(dirname \"$(readlink -m \"$(type -P nix-env)\")\")";
  words = config.lib.bash.initHomeManagerLib or ". ${./words.sh}";
  hookText = text: ''
    _nhmtPrograms=${programs} PATH="$_nhmtPrograms:$PATH"
    export PATH="$_nhmtPrograms${nix}${lib.optionalString (!config.home.emptyActivationPath) ":$PATH"}"
    ${words}
    . ${./environment.sh}
    ${text}'';
in
{
  inherit hookText leftOut;
  hooks = [
    (own "checkUser" true ''
      verboseEcho "left out, because nhmt does that: ${lib.concatStringsSep ", " leftOut}"
      if [[ ! -v SKIP_SANITY_CHECKS ]]; then
        checkStringEq USER "$USER" ${lib.escapeShellArg config.home.username}
      fi'')
  ]
  ++ map (hook true) (filter isEarly sorted)
  ++ [ (own "removeHomeManagerPath" false "nhmtRemoveHomeManagerPath") ]
  ++ map (hook false) (filter (hook: !(isEarly hook)) sorted);
}
