# The options that Home Manager declares, or those that nhmt does, as
# { "home.file.<name>.text" = "null or strings concatenated with \"\\n\""; }.
#
# Both are evaluated with the library of nixpkgs, so that types are described in
# the same words. No packages are needed: what describes an option in words of a
# package (its default, its example) is not looked at.
{
  # A checkout of Home Manager; null: nhmt's own options.
  checkout ? null,
  # The `lib` directory of nixpkgs.
  nixpkgsLib,
}:
let
  inherit (builtins) attrNames concatLists isAttrs isString listToAttrs map pathExists;
  base = import nixpkgsLib;
  lib = if checkout == null then base else import (checkout + "/modules/lib/stdlib-extended.nix") base;

  # Nobody looks at what it gives, only at whether it has the name.
  format = kind: _: {
    type = lib.types.attrsOf lib.types.anything // {
      description = "${kind} value";
    };
    generate = name: _: throw "${name} is not built here";
    lib.types.atom = lib.types.anything;
  };
  kinds = [
    "cdn" "configobj" "elixirConf" "gitIni" "hcl1" "hocon" "ini" "iniWithGlobalSection" "javaProperties" "json"
    "json5" "keyValue" "libconfig" "lua" "nixConf" "php" "plist" "pythonVars" "systemd" "toml" "xml" "yaml" "yaml_1_1" "yaml_1_2"
  ];
  platform = {
    system = "x86_64-linux";
    isLinux = true;
    isDarwin = false;
    isx86 = true;
    isx86_64 = true;
  };
  pkgs = {
    inherit lib;
    path = "/absent";
    stdenv = {
      hostPlatform = platform;
      buildPlatform = platform;
      inherit (platform) isLinux isDarwin;
    };
    formats = listToAttrs (map (name: { inherit name; value = format name; }) kinds);
  };

  # `services-modular` reads nixpkgs' `lib/services`, which is no part of its
  # library; the other declares `nixpkgs` for those who have no packages.
  withoutPackages = [ "misc/nixpkgs-disabled.nix" "services-modular" ];

  # Files whose modules declare options.
  modules =
    let
      directory = checkout + "/modules";
      listed = dir: map (name: dir + "/${name}") (builtins.filter (name: name != "README.md" && name != "default.nix") (attrNames (builtins.readDir dir)));
      isModule = path: pathExists (path + "/default.nix") || lib.hasSuffix ".nix" (toString path);
      text = builtins.readFile (directory + "/modules.nix");
      named = builtins.filter isString (concatLists (builtins.filter builtins.isList (builtins.split "[ \n]\\./([a-z0-9/._-]+)" text)));
      core = builtins.filter (name: pathExists (directory + "/${name}") && name != "services" && name != "programs") (lib.unique named);
    in
    map (name: directory + "/${name}") (lib.subtractLists withoutPackages core)
    ++ builtins.filter isModule (listed (directory + "/services") ++ listed (directory + "/programs"));

  evaluation =
    if checkout == null then
      import ../../nix {
        inherit lib;
        configuration = { };
        system = "x86_64-linux";
        username = "alice";
        homeDirectory = "/home/alice";
      }
    else
      lib.evalModules {
        class = "homeManager";
        modules = modules ++ [
          {
            _module.args = {
              pkgs = lib.mkForce pkgs;
              pkgsPath = "/absent";
            };
            home.stateVersion = "26.11";
            home.username = "alice";
            home.homeDirectory = "/home/alice";
          }
          {
            options.meta = lib.mkOption { type = lib.types.anything; };
            options.assertions = lib.mkOption { type = lib.types.listOf lib.types.unspecified; };
            options.warnings = lib.mkOption { type = lib.types.listOf lib.types.str; };
          }
        ];
        specialArgs.modulesPath = checkout + "/modules";
      };
  inherit (evaluation) options;

  # What the options below a place are, those of submodules behind them.
  below =
    depth: loc: tree:
    if lib.isOption tree then
      let
        inner = tree.type.getSubOptions loc;
      in
      [ { name = lib.showOption (tree.loc or loc); value = describe tree; } ]
      ++ (if depth > 3 || inner == { } || tree.visible or true == "shallow" then [ ] else inside (depth + 1) loc (removeAttrs inner [ "_module" "_freeformOptions" ]))
    else if isAttrs tree then
      inside depth loc tree
    else
      [ ];
  inside = depth: loc: set: concatLists (map (name: below depth (loc ++ [ name ]) set.${name}) (attrNames set));
  outer =
    loc: set:
    concatLists (
      map (
        name:
        let
          here = loc ++ [ name ];
        in
        if lib.isOption set.${name} then
          [ (lib.showOption here) ]
        else if isAttrs set.${name} then
          outer here set.${name}
        else
          [ ]
      ) (attrNames set)
    );
  describe =
    option:
    let
      words = builtins.tryEval (option.type.description or "unspecified");
    in
    if words.success && isString words.value then words.value else "unspecified";
in
{
  inherit evaluation;
  # The options of a tree: [ "xdg" ], [ "programs" "home-manager" ].
  tree = path: listToAttrs (below 0 path (lib.attrByPath path { } options));
  programs = attrNames (options.programs or { });
  services = attrNames (options.services or { });
  # The options below a place, and those outside of programs and services;
  # without what is in submodules.
  outer = path: outer path (lib.attrByPath path { } options);
  others = outer [ ] (removeAttrs options [ "_module" "programs" "services" ]);
  roots = builtins.filter (name: name != "_module") (attrNames options);
}
