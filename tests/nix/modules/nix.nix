# Nix's own settings, the package set, variants of a home.
{
  case,
  evaluate,
  file,
  text,
  manifest,
  fails,
  has,
  lib,
}:
let
  package = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  config = arguments: configuration: (evaluate arguments configuration).config;
  variables = configuration: (config { } configuration).home.sessionVariables;
  machines = more: text ".config/nix/machines" { nix.buildMachines = [ ({ hostName = "b"; systems = [ "x86_64-linux" ]; } // more) ]; };
  gc = configuration: (config { } { nix.gc = { automatic = true; } // configuration; }).systemd.user;

  # A stand-in for a package set, as nixpkgs makes them.
  set = overlays: {
    inherit lib overlays;
    config = { };
    path = /absent;
    word = lib.foldl' (word: overlay: word + (overlay { } { }).word) "" overlays;
    appendOverlays = more: set (overlays ++ more);
  };
  shown = { pkgs, ... }: { home.file.word.text = pkgs.word; };
  overlay = word: _: _: { inherit word; };
  base = set [ (overlay "a") ];
  variants = {
    home.file.a.text = "all";
    specialisation.dark.configuration = { lib, ... }: { home.file.a.text = lib.mkForce "dark"; home.file.b.text = "b"; };
    specialisation.light.configuration.home.sessionVariables.LIGHT = 1;
  };
  variant = name: evaluate { specialisation = name; } variants;
in
[
  (case "nix.conf" (text ".config/nix/nix.conf" { nix.settings = { max-jobs = 4; sandbox = true; substituters = [ "https://a" "https://b" ]; builders = null; timeout = "5"; }; nix.extraOptions = "keep-outputs = true\n"; }) ''
    # Written from nix.settings and nix.extraOptions of the home.
    builders = 
    max-jobs = 4
    sandbox = true
    substituters = https://a https://b
    timeout = 5
    keep-outputs = true
  '')
  (case "nix.conf only when something is set" ((manifest { nix.package = package "nix"; }).files ? ".config/nix/nix.conf") false)
  (case "nix.conf not with nix.enable off" ((manifest { nix.enable = false; nix.settings.a = 1; }).files ? ".config/nix/nix.conf") false)
  (case "nix.conf lists merge" (has "experimental-features = a b\n" (text ".config/nix/nix.conf" { imports = [ { nix.settings.experimental-features = [ "b" ]; } ]; nix.settings.experimental-features = lib.mkBefore [ "a" ]; })) true)
  (case "nix.conf is checked by nix.package" (map (c: builtins.length (config { pkgs = base // { runCommand = name: _: _: package name; }; } c).home.checks) [
    { nix.settings.a = 1; nix.package = package "nix"; }
    { nix.settings.a = 1; }
    { nix.settings.a = 1; nix.package = package "nix"; nix.checkConfig = false; }
  ]) [ 1 0 0 ])
  (case "registry" (file ".config/nix/registry.json" { nix.registry = { nixpkgs.to = { type = "github"; owner = "NixOS"; repo = "nixpkgs"; }; own = { exact = false; flake = { outPath = "/nix/store/x"; rev = "r"; outputs = throw "no"; }; }; }; }).value {
    version = 2;
    flakes = [
      { from = { type = "indirect"; id = "nixpkgs"; }; to = { type = "github"; owner = "NixOS"; repo = "nixpkgs"; }; exact = true; }
      { from = { type = "indirect"; id = "own"; }; to = { type = "path"; path = "/nix/store/x"; rev = "r"; }; exact = false; }
    ];
  })
  (case "search path" (map (keep: (variables { nix.nixPath = [ "nixpkgs=$HOME/n" "/b" ]; nix.keepOldNixPath = keep; }).NIX_PATH) [ true false ]) [ "nixpkgs=$HOME/n:/b\${NIX_PATH:+:$NIX_PATH}" "nixpkgs=$HOME/n:/b" ])
  (case "channels" (map (c: builtins.filter (lib.hasInfix "50-home-manager") (builtins.attrNames (manifest { imports = [ c ]; nix.channels.nixpkgs = package "n"; }).files)) [ { } { nix.assumeXdg = true; } ]) [ [ ".nix-defexpr/50-home-manager/nixpkgs" ] [ ".local/state/nix/defexpr/50-home-manager/nixpkgs" ] ])
  (case "channels are in the search path" (has "/home/alice/.nix-defexpr/50-home-manager" (variables { nix.channels.nixpkgs = package "n"; }).NIX_PATH) true)
  (case "directories of Nix" (map (c: (config { } c).nix.useXdg) [ { } { nix.assumeXdg = true; } { nix.settings.use-xdg-base-directories = true; } ]) [ false true true ])
  (case "directories of Nix, said twice" (fails (manifest { nix.assumeXdg = true; nix.settings.use-xdg-base-directories = true; })) true)
  (case "build machines" (machines { sshUser = "u"; sshKey = "/k"; maxJobs = 4; speedFactor = 2; supportedFeatures = [ "kvm" ]; mandatoryFeatures = [ "big" ]; publicHostKey = "K"; }) "ssh://u@b x86_64-linux /k 4 2 kvm,big big K\n")
  (case "build machines, least" (machines { protocol = null; }) "b x86_64-linux - 1 1 - - -\n")
  (case "build machines are used" (has "builders = @/home/alice/.config/nix/machines\n" (text ".config/nix/nix.conf" { nix.distributedBuilds = true; })) true)
  (case "garbage" (gc { dates = "daily"; options = "--max-freed $((2 * 1024**3))"; }).timers.nix-gc.Timer { OnCalendar = [ "daily" ]; RandomizedDelaySec = "0"; Persistent = true; Unit = "nix-gc.service"; })
  (case "garbage, arguments" (lib.hasSuffix "exec nix-collect-garbage --max-freed $$((2 * 50%%))\"" (builtins.head (gc { options = "--max-freed $((2 * 50%))"; }).services.nix-gc.Service.ExecStart)) true)
  (case "garbage, old name" (gc { frequency = "daily"; }).timers.nix-gc.Timer.OnCalendar [ "daily" ])

  (case "package set as given" (evaluate { pkgs = base; } shown).manifest.files.word.text "a")
  (case "package set with overlays" (evaluate { pkgs = base; } { imports = [ shown ]; nixpkgs.overlays = [ (overlay "b") (overlay "c") ]; }).manifest.files.word.text "abc")
  (case "package set with a configuration" (evaluate { pkgs = base // { path = ./package-set.nix; config.old = 1; }; system = "s"; } { imports = [ shown ]; nixpkgs.config.allowUnfree = true; }).manifest.files.word.text "s {\"allowUnfree\":true,\"old\":1} 1")
  (case "configurations of a package set merge" (config { } { imports = [ { nixpkgs.config = { allowUnfree = true; permittedInsecurePackages = [ "a" ]; packageOverrides = _: { x = 1; }; }; } ]; nixpkgs.config = { permittedInsecurePackages = [ "b" ]; packageOverrides = _: { y = 2; }; }; }).nixpkgs.config.permittedInsecurePackages [ "a" "b" ])
  (case "configurations of a package set merge their overrides" ((config { } { imports = [ { nixpkgs.config.packageOverrides = _: { x = 1; }; } ]; nixpkgs.config.packageOverrides = { y = 2; }; }).nixpkgs.config.packageOverrides { }) { x = 1; y = 2; })
  (case "a configuration that is a function" ((config { } { imports = [ { nixpkgs.config.a = 1; } ]; nixpkgs.config = { pkgs, ... }: { b = pkgs; }; }).nixpkgs.config { pkgs = 2; }) { a = 1; b = 2; })

  (case "variant" (lib.mapAttrs (_: f: f.text) (lib.filterAttrs (n: _: builtins.elem n [ "a" "b" ]) (variant "dark").manifest.files)) { a = "dark"; b = "b"; })
  (case "variant beside others" (variant "light").config.home.sessionVariables.LIGHT 1)
  (case "variants leave the home alone" (evaluate { } variants).manifest.files.a.text "all")
  (case "variants have none" (variant "dark").config.specialisation { })
  (case "variants, unknown" (fails (variant "blue").manifest) true)
  (case "variants, old name" (evaluate { specialisation = "x"; } { specialization.x.configuration.home.file.a.text = "x"; }).manifest.files.a.text "x")
  (case "variants, slash" (fails (manifest { specialisation."a/b".configuration = { }; })) true)
  (case "variants, conditions of theirs" (fails (evaluate { specialisation = "x"; } { specialisation.x.configuration.assertions = [ { assertion = false; message = "m"; } ]; }).manifest) true)
]
