# The home itself: languages, keyboard, what it is built with; and what is taken
# for Home Manager's configurations.
{
  case,
  evaluate,
  manifest,
  fails,
  lib,
}:
let
  package = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  config = configuration: (evaluate { } configuration).config;
  tree = configuration: (evaluate { builder = ./home.nix; system = "x86_64-linux"; } configuration).homeTree;
in
[
  (case "language" (config { home.language = { base = "de_DE.UTF-8"; time = "en_DK.UTF-8"; }; }).home.sessionVariables { LANG = "de_DE.UTF-8"; LC_TIME = "en_DK.UTF-8"; })
  (case "keyboard" (config { home.keyboard = { layout = "de"; options = [ "compose:ralt" ]; }; }).home.keyboard { layout = "de"; model = null; variant = null; options = [ "compose:ralt" ]; })
  (case "keyboard, none" (config { }).home.keyboard null)
  (case "debug outputs" (map (c: (config c).home.extraOutputsToInstall) [ { home.enableDebugInfo = true; } { } ]) [ [ "debug" ] [ ] ])
  (case "debug outputs are found" (config { home.enableDebugInfo = true; }).home.sessionSearchVariables.NIX_DEBUG_INFO_DIRS [ "/home/alice/.local/state/nhmt/current/packages/lib/debug" ])
  (case "checks build first" (map (p: p.name) (tree { home.checks = [ (package "check") ]; }).drvAttrs.checks) [ "check" ])
  (case "no checks" ((tree { }).drvAttrs ? checks) false)
  (case "the tree, as a module sees it" ((evaluate { builder = ./home.nix; } { }).config.home.activationPackage.name) "nhmt-home")
  (case "the environment, as a module sees it" ((evaluate { builder = ./home.nix; } { home.packages = [ (package "p") ]; }).config.home.path.name) "nhmt-packages")
  (case "commands that do not run" (map (c: builtins.length (config c).warnings) [ { home.extraBuilderCommands = "x"; } { home.extraProfileCommands = "x"; } { } ]) [ 1 1 0 ])
  (case "what is taken" (manifest {
    manual = { html.enable = true; json.enable = true; manpages.enable = false; };
    news = { display = "silent"; entries = [ { time = "2017-07-10T21:55:04+00:00"; message = "m"; condition = false; } ]; };
    home = { uid = 1000; activationGenerateGcRoot = false; fileOverlapResolution = "override"; stateVersion = "25.05"; };
    programs.home-manager = { enable = true; path = "$HOME/hm"; };
  }).version 1)
  (case "a system's configuration" ((evaluate { } ({ osConfig, nixosConfig, darwinConfig, lib, ... }: { home.file.a.text = lib.boolToString (osConfig == null && nixosConfig == null && darwinConfig == null); })).manifest.files.a.text) "true")
  (case "the functions of modules" ((evaluate { } ({ config, ... }: { home.file.a.text = (config.lib.dag.entryAnywhere "x").data; })).manifest.files.a.text) "x")
  (case "the session's file by its old name" [
    (fails (config { }).home.sessionVariablesPackage)
    (evaluate { pkgs = { inherit lib; writeTextFile = file: file.destination + " " + file.text; }; } { }).config.home.sessionVariablesPackage
  ] [ true "/etc/profile.d/hm-session-vars.sh . \"/home/alice/.local/share/nhmt/session.sh\"\n" ])
  (case "releases" ((config { }).home.version.release >= "26.11") true)
  (case "nothing is managed" (map (c: [ (manifest c).files ((manifest c) ? packages) ]) [ { uninstall = true; home.file.a.text = ""; xdg.configFile.b.text = ""; home.packages = [ (package "p") ]; programs.bash.enable = true; home.activation.x = "x"; } ]) [ [ { } false ] ])
  (case "names of Home Manager's options are whole" (
    let
      names = import ../../../modules/absent/home-manager.nix { inherit lib; };
    in
    [
      (builtins.filter (name: lib.hasSuffix "-" name || builtins.match "[a-zA-Z0-9._-]+" name == null) names)
      (builtins.elem "programs.git-credential-oauth" names)
      (builtins.length names > 700)
    ]
  ) [ [ ] true true ])
  (case "a live source that a derivation makes" (
    let
      f = (evaluate { } ({ config, ... }: { home.file.a.source = config.lib.file.mkOutOfStoreSymlink "${package "p"}/share/x"; })).manifest.files.a;
    in
    [ (f ? method) (lib.hasSuffix "-p/share/x" f.source) (builtins.hasContext f.source) ]
  ) [ false true true ])
]
