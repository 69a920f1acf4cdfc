# What the modules make of a configuration.
#
# Evaluates to { count; failures; }: no failures is success. With
# `lib = import <nixpkgs/lib>;` the same is asked of nixpkgs' library.
#   nix-instantiate --read-write-mode --eval --strict --json -E 'import ./tests/nix/modules.nix { }'
{
  lib ? import ../../nix/lib,
}:
let
  evaluate =
    arguments: configuration:
    import ../../nix (
      {
        inherit lib;
        configuration = [
          {
            home.username = "alice";
            home.homeDirectory = "/home/alice";
          }
          configuration
        ];
      }
      // arguments
    );
  manifest = configuration: (evaluate { } configuration).manifest;
  file = target: configuration: builtins.removeAttrs (manifest configuration).files.${target} [ "declaredIn" ];
  plain = text: {
    inherit text;
    executable = null;
    force = false;
  };
  has = part: text: lib.hasInfix part text;
  fails = x: !(builtins.tryEval (builtins.deepSeq x x)).success;
  # A store path's name, without the digest that says nothing here.
  storeName = path: builtins.substring 33 (-1) (baseNameOf (builtins.unsafeDiscardStringContext path));
  text = target: configuration: (file target configuration).text;
  # The numbers are short fractions, which every Nix reads exactly.
  number = f: lib.foldl' (x: _: x / 2) (builtins.head f * 1.0) (lib.range 1 (-(builtins.elemAt f 1)));

  package =
    name: more:
    derivation {
      inherit name;
      system = "x86_64-linux";
      builder = "/bin/sh";
      outputs = [ "out" "doc" "man" ];
    }
    // more;
  requests =
    configuration:
    map (p: p // { paths = map storeName p.paths; })
      (evaluate { builder = ./modules.nix; system = "x86_64-linux"; } configuration).packages.drvAttrs.packages;

  case = name: expr: expected: { inherit name expr expected; };
  cases =
    import ./modules/files.nix {
      inherit case evaluate manifest file plain fails storeName lib number;
    }
    ++ import ./modules/activation.nix { inherit case evaluate manifest file fails lib; }
    ++ import ./modules/methods.nix { inherit case evaluate manifest file plain fails storeName lib; }
    ++ import ./modules/persistence.nix { inherit case evaluate manifest fails lib; }
    ++ import ./modules/home.nix { inherit case evaluate manifest fails lib; }
    ++ import ./modules/xdg.nix { inherit case evaluate file text manifest fails has lib; }
    ++ import ./modules/desktop.nix { inherit case evaluate file text manifest fails has lib; }
    ++ import ./modules/nix.nix { inherit case evaluate file text manifest fails has lib; }
    ++ import ./modules/programs.nix { inherit case evaluate text file has manifest fails lib; }
    ++ import ./modules/secrets.nix { inherit case manifest file fails storeName lib; }
    ++ [
      (case "home" (manifest { }).home { username = "alice"; directory = "/home/alice"; })
      (case "trailing slash" (evaluate { overrideHomeDirectory = true; homeDirectory = "/tmp/h/"; } { }).manifest.home.directory "/tmp/h")
      (case "argument is a default only" (evaluate { homeDirectory = "/elsewhere"; } { }).config.home.homeDirectory "/home/alice")
      (case "argument serves as default" (import ../../nix { inherit lib; configuration = { }; username = "bob"; homeDirectory = "/home/bob"; }).manifest.home { username = "bob"; directory = "/home/bob"; })
      (case "override" ((evaluate { } { }).override { overrideHomeDirectory = true; homeDirectory = "/x"; }).manifest.home.directory "/x")
      (case "override outranks mkForce" (evaluate { overrideHomeDirectory = true; homeDirectory = "/x"; } { home.homeDirectory = lib.mkForce "/y"; }).config.home.homeDirectory "/x")
      (case "variable names" (fails (manifest { home.sessionVariables."A-B" = "1"; })) true)
      (case "extraSpecialArgs" (evaluate { extraSpecialArgs.word = "w"; } ({ word, ... }: { home.file.a.text = word; })).manifest.files.a.text "w")
      (case "stateVersion" (evaluate { } { home.stateVersion = "25.05"; }).config.home.stateVersion "25.05")
      (case "profileDirectory" (evaluate { } { }).config.home.profileDirectory "/home/alice/.local/state/nhmt/current/packages")
      (case "no conflict default" ((manifest { }) ? onConflict) false)
      (case "onConflict" (manifest { nhmt.onConflict = "backup"; }).onConflict "backup")
      (case "assertion holds" (manifest { assertions = [ { assertion = true; message = ""; } ]; }).version 1)
      (case "assertion fails" (fails (manifest { assertions = [ { assertion = false; message = "m"; } ]; })) true)
      (case "home manager's own switch" (manifest { programs.home-manager.enable = true; }).version 1)

      (case "no packages" [ ((manifest { }) ? packages) (evaluate { } { }).packages ] [ false null ])
      (case "packages: first output" (requests { home.packages = [ (package "a-1" { }) ]; }) [ { name = "a-1"; paths = [ "a-1" ]; priority = 5; } ])
      (case "packages: chosen outputs" (requests { home.packages = [ (package "a-1" { meta = { outputsToInstall = [ "out" "man" ]; priority = 3; }; }) ]; }) [ { name = "a-1"; paths = [ "a-1" "a-1-man" ]; priority = 3; } ])
      (case "packages: narrowed" (requests { home.packages = [ (package "a-1" { outputSpecified = true; meta.outputsToInstall = [ "out" "man" ]; }) ]; }) [ { name = "a-1"; paths = [ "a-1" ]; priority = 5; } ])
      (case "packages: extra outputs" (requests { home.extraOutputsToInstall = [ "doc" "nope" ]; home.packages = [ (package "a-1" { meta.outputsToInstall = [ "out" ]; }) ]; }) [ { name = "a-1"; paths = [ "a-1" "a-1-doc" ]; priority = 5; } ])
      (case "packages: a path" (requests { home.packages = [ ./modules ]; }) [ { name = "modules"; paths = [ "modules" ]; priority = 5; } ])
    ];
in
{
  count = builtins.length cases;
  failures = import ./failures.nix cases;
}
