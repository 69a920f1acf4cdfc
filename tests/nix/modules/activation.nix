# home.activation, onChange, and what orders them.
{
  case,
  evaluate,
  manifest,
  file,
  fails,
  lib,
}:
let
  inherit (import ../../../nix/lib/hm { inherit lib; }) dag;
  hooks = configuration: (manifest configuration).hooks or [ ];
  activation = entries: hooks { home.activation = entries; };
  names = entries: map (h: h.name) (activation entries);
  after = name: entries: (lib.findFirst (h: h.name == name) { } (activation entries)).after or [ ];
  hook = name: entries: removeAttrs (lib.findFirst (h: h.name == name) { } (activation entries)) [ "declaredIn" ];
  # Without the line, which moves with every case.
  placed = map (h: h // { declaredIn = map (place: builtins.head (builtins.split ":[0-9]+$" place)) h.declaredIn; });
  declaredIn = [ "home.activation.\"a\"" (toString ./activation.nix) ];

  # The graph of Home Manager's manual.
  example = {
    a = dag.entryAnywhere "1";
    b = dag.entryAfter [ "a" "c" ] "2";
    c = dag.entryBefore [ "d" ] "3";
    d = dag.entryBefore [ "e" ] "4";
    e = dag.entryAnywhere "5";
  };
  round = example // {
    c = dag.entryAfter [ "d" ] "3";
    d = dag.entryAfter [ "b" ] "4";
  };
in
[
  (case "dag: sorted" (map (e: e.name + e.data) (dag.topoSort example).result) [ "a1" "c3" "b2" "d4" "e5" ])
  (case "dag: round" (map (e: e.name) (dag.topoSort round).cycle) [ "b" "c" "d" ])
  (case "dag: where it goes round" (map (e: e.name) (dag.topoSort round).loops) [ "b" ])
  (case "dag: nothing" (dag.topoSort dag.empty) { result = [ ]; })
  (case "dag: unknown names order nothing" (map (e: e.name) (dag.topoSort { a = dag.entryAfter [ "zzz" ] 1; b = dag.entryBefore [ "yyy" ] 2; }).result) [ "a" "b" ])
  (case "dag: an entry after itself" (map (e: e.name) (dag.topoSort { a = dag.entryAfter [ "a" ] 1; b = dag.entryBefore [ "b" ] 2; }).result) [ "a" "b" ])
  (case "dag: between" (dag.entryBetween [ "b" ] [ "a" ] 1) { data = 1; after = [ "a" ]; before = [ "b" ]; })
  (case "dag: entries between" (dag.entriesBetween "t" [ "b" ] [ "a" ] [ 1 2 ]) {
    t-0 = dag.entryAfter [ "a" ] 1;
    t-1 = dag.entryBetween [ "b" ] [ "t-0" ] 2;
  })
  (case "dag: one entry between" (dag.entriesBetween "t" [ "b" ] [ "a" ] [ 1 ]) { t-0 = dag.entryBetween [ "b" ] [ "a" ] 1; })
  (case "dag: entries anywhere, after, before, none" [ (dag.entriesAnywhere "t" [ 1 ]) (dag.entriesAfter "t" [ "a" ] [ 1 ]) (dag.entriesBefore "t" [ "b" ] [ 1 ]) (dag.entriesAnywhere "t" [ ]) ] [
    { t-0 = dag.entryAnywhere 1; }
    { t-0 = dag.entryAfter [ "a" ] 1; }
    { t-0 = dag.entryBefore [ "b" ] 1; }
    { }
  ])
  (case "dag: map" (dag.map (n: d: n + d) { a = dag.entryAfter [ "b" ] "x"; }) { a = dag.entryAfter [ "b" ] "ax"; })
  (case "dag: isEntry" (map dag.isEntry [ (dag.entryAnywhere 1) { data = 1; } "x" ]) [ true false false ])
  (case "dag: isDag" (map dag.isDag [ { a = dag.entryAnywhere 1; } { a = 1; } [ ] ]) [ true false false ])

  (case "lib.hm in modules" (placed (hooks ({ lib, ... }: { home.activation.a = lib.hm.dag.entryAfter [ "writeBoundary" ] "echo"; }))) [
    { name = "a"; script = "echo"; inherit declaredIn; }
  ])
  (case "lib.hm beside a library of the caller's" (placed (evaluate { extraSpecialArgs.lib = lib // { mine = "echo"; }; } ({ lib, ... }: { home.activation.a = lib.hm.dag.entryAnywhere lib.mine; })).manifest.hooks) [
    { name = "a"; script = "echo"; inherit declaredIn; }
  ])
  (case "lib.hm keeps what it had" (import ../../../nix/lib/hm { lib = lib // { hm = { x = 1; types.y = 2; dag = null; }; }; }) .x 1)

  (case "no hooks" ((manifest { }) ? hooks) false)
  (case "strings run anywhere" (names { b = "echo"; a = "echo"; }) [ "a" "b" ])
  (case "in order" (names { a = dag.entryAfter [ "b" ] "echo"; b = dag.entryAfter [ "c" ] "echo"; c = "echo"; }) [ "c" "b" "a" ])
  (case "points of the run" (names { a = dag.entryAfter [ "linkGeneration" ] "echo"; b = dag.entryAfter [ "writeBoundary" ] "echo"; c = dag.entryBefore [ "writeBoundary" ] "echo"; d = dag.entryBefore [ "checkLinkTargets" ] "echo"; e = dag.entryBetween [ "reloadSystemd" ] [ "linkGeneration" ] "echo"; f = dag.entryAfter [ "reloadSystemd" ] "echo"; }) [ "c" "d" "a" "b" "e" "f" ])
  (case "awaited through points" (after "b" { a = dag.entryBefore [ "writeBoundary" ] "echo"; b = dag.entryAfter [ "linkGeneration" ] "echo"; }) [ "a" ])
  (case "awaited directly alone" (after "c" { a = "echo"; b = dag.entryAfter [ "a" ] "echo"; c = dag.entryAfter [ "b" ] "echo"; }) [ "b" ])
  (case "awaited from both ends, once" (after "b" { a = dag.entryBefore [ "b" ] "echo"; b = dag.entryAfter [ "a" "a" "zzz" ] "echo"; }) [ "a" ])
  (case "nothing to run, and still in order" (after "c" { a = "echo"; b = dag.entryAfter [ "a" ] "\n "; c = dag.entryAfter [ "b" ] "echo"; }) [ "a" ])
  (case "a point made a hook" (hook "reloadSystemd" { reloadSystemd = "echo"; a = dag.entryBefore [ "linkGeneration" ] "echo"; }) { name = "reloadSystemd"; script = "echo"; after = [ "a" ]; })
  (case "a point emptied" (names { reloadSystemd = lib.mkForce ""; }) [ ])
  (case "dry run" (hook "a" { a = dag.entryAnywhere "echo" // { dryRun = true; }; }) { name = "a"; script = "echo"; dryRun = true; })
  (case "mkIf and mkForce" (names { a = lib.mkIf false "echo"; b = lib.mkForce (dag.entryAnywhere "echo"); c = dag.entryAnywhere (lib.mkIf true "echo"); }) [ "b" "c" ])
  (case "two texts for one name" (fails (hooks { imports = [ { home.activation.a = "x"; } ]; home.activation.a = "y"; })) true)
  (case "one text, two orders" (hook "a" (lib.mkMerge [ { a = dag.entryAfter [ "b" ] "x"; b = "x"; c = "x"; } { a = dag.entryAfter [ "c" ] (lib.mkDefault "y"); } ])) { name = "a"; script = "x"; after = [ "b" "c" ]; })
  (case "round" (fails (names { a = dag.entryAfter [ "b" ] "x"; b = dag.entryAfter [ "a" ] "x"; })) true)
  (case "round by points" (fails (names { a = dag.entryBetween [ "writeBoundary" ] [ "linkGeneration" ] "x"; })) true)

  (case "words of Home Manager's scripts" (map (script: lib.hasInfix "run()" (hook "a" { a = script; }).script) [ "run mkdir x" "$DRY_RUN_CMD x" "x $VERBOSE_ARG" "verboseEcho x" "echo $newGenPath" "echo x" ]) [ true true true true true false ])
  (case "programs for scripts" (placed (hooks { home.activation.a = "x"; home.extraActivationPath = [ { type = "derivation"; name = "p"; outPath = "/p"; outputName = "out"; } ]; })) [
    { name = "a"; script = "PATH=/p/bin:$PATH\nx"; inherit declaredIn; }
  ])
  (case "onChange" (file "a" { home.file.a = { text = ""; onChange = "echo"; }; }).onChange "echo")
  (case "onChange by two modules" (file ".config/a" { imports = [ { xdg.configFile.a.onChange = "two"; } ]; xdg.configFile.a = { text = ""; onChange = lib.mkAfter "one"; }; }).onChange "two\none")
  (case "onChange in Home Manager's words" (lib.hasInfix "run()" (file "a" { home.file.a = { text = ""; onChange = "run echo"; }; }).onChange) true)
  (case "no onChange" ((file "a" { home.file.a.text = ""; }) ? onChange) false)
]
