# Packages: what they say about themselves, and the functions that make them.
{ lib }:
let
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
in
[
  (case "getExe'" (lib.getExe' { type = "derivation"; outPath = "/p"; } "x") "/p/bin/x")
  (case "getExe" (lib.getExe { type = "derivation"; name = "a-1"; outPath = "/p"; meta.mainProgram = "m"; }) "/p/bin/m")
  (throws "getExe' of a string" (lib.getExe' "/p" "x"))
  (throws "getExe' with a slash" (lib.getExe' { type = "derivation"; outPath = "/p"; } "bin/x"))
  (case "getExe of an output" (lib.getExe { type = "derivation"; name = "a"; outPath = "/p"; bin.outPath = "/b"; meta.mainProgram = "m"; }) "/b/bin/m")
  (case "getExe by name" (lib.getExe { type = "derivation"; name = "hello-2.12"; outPath = "/p"; }) "/p/bin/hello")
  (case "priorities" (map (p: p.meta.priority) [ (lib.hiPrio { }) (lib.lowPrio { meta.priority = 1; }) (lib.setPrio 3 { }) ]) [ (-10) 10 3 ])
  (case "priorities of sets" (lib.mapAttrs (_: p: p.meta.priority or null) (lib.hiPrioSet { a = { type = "derivation"; }; b = { }; })) { a = -10; b = null; })
  (case "addMetaAttrs where attributes are overridden" (lib.addMetaAttrs { a = 1; } { overrideAttrs = f: f { meta.b = 2; }; }).meta { a = 1; b = 2; })
  (case "names" [ (lib.setName "n" { }).name (lib.updateName (n: n + "!") { name = "n"; }).name (lib.appendToName "with-x" { name = "hello-1.0"; }).name ] [ "n" "n!" "hello-with-x-1.0" ])
  (case "dontDistribute" (lib.dontDistribute { }).meta.hydraPlatforms [ ])
  (case "availableOn" (map (p: lib.meta.availableOn { system = "x86_64-linux"; } { meta = p; }) [ { } { platforms = [ "x86_64-linux" ]; } { platforms = [ "aarch64-linux" ]; } { badPlatforms = [ "x86_64-linux" ]; } { platforms = lib.platforms.linux; } { platforms = lib.platforms.darwin; } ]) [ true true false false true false ])
  (case "platformMatch of patterns" (map (lib.meta.platformMatch { system = "s"; parsed.cpu.bits = 64; }) [ "s" "t" { cpu.bits = 64; } { parsed.cpu.bits = 32; } ]) [ true false true false ])

  (case "makeOverridable" (let f = lib.makeOverridable ({ a, b ? 1 }: { sum = a + b; }) { a = 2; }; in [ f.sum (f.override { b = 5; }).sum (f.override (old: { a = old.a + 10; })).sum ((f.override { a = 1; }).override { b = 2; }).sum ]) [ 3 7 13 3 ])
  (case "makeOverridable of functions" (let f = lib.makeOverridable ({ a }: { x }: a + x) { a = 2; }; in [ (f { x = 1; }) (f.override { a = 5; } { x = 1; }) (lib.functionArgs f) ]) [ 3 6 { x = false; } ])
  (case "makeOverridable keeps arguments" (lib.functionArgs (lib.makeOverridable ({ a, b ? 1 }: { }))) { a = false; b = true; })
  (case "makeOverridable with overrideAttrs" ((lib.makeOverridable ({ a }: { v = a; overrideAttrs = f: { v = f a; }; }) { a = 1; }).overrideAttrs (x: x + 1)).v 2)
  (case "callPackageWith" (let call = lib.callPackageWith { a = 1; b = 2; c = 3; }; in [ (call ({ a, b, d ? 4 }: { l = [ a b d ]; }) { }).l (call ({ a, ... }: { l = [ a ]; }) { a = 9; }).l ((call ({ a }: { l = [ a ]; }) { }).override { a = 7; }).l ]) [ [ 1 2 4 ] [ 9 ] [ 7 ] ])
  (case "callPackageWith of a file" (lib.callPackageWith { n = 3; } ./tree/a.nix { }) "a3")
  (case "callPackagesWith" (let p = lib.callPackagesWith { a = 1; } ({ a }: { x.v = a; y.v = a + 1; }) { }; in [ p.x.v p.y.v (p.y.override { a = 5; }).v ]) [ 1 2 6 ])
  (throws "callPackagesWith of one" (lib.callPackagesWith { } ({ }: { type = "derivation"; name = "n"; }) { }))
  (case "makeScope" (let s = lib.makeScope lib.callPackageWith (self: { a = 1; b = self.callPackage ({ a }: { v = a; }) { }; }); in [ s.b.v (s.overrideScope (final: prev: { a = prev.a + 1; })).b.v ]) [ 1 2 ])
  (case "extendDerivation" (let d = lib.extendDerivation true { x = 1; } { type = "derivation"; outputs = [ "out" "dev" ]; outPath = "/o"; drvPath = "/d"; out = { type = "derivation"; outputName = "out"; outPath = "/o"; drvPath = "/d"; }; dev = { type = "derivation"; outputName = "dev"; outPath = "/v"; drvPath = "/d"; }; }; in [ d.x d.dev.x d.dev.outPath d.dev.outputSpecified (builtins.length d.all) ]) [ 1 1 "/v" true 2 ])
  (throws "extendDerivation under a condition" (lib.extendDerivation false { } { outPath = "/o"; drvPath = "/d"; out = { }; }).outPath)
  (case "overrideDerivation" (let d = derivation { name = "a"; system = "x"; builder = "b"; }; in (lib.overrideDerivation d (old: { name = old.name + "b"; })).name) "ab")
  (case "lazyDerivation" (let d = lib.lazyDerivation { derivation = throw "not needed"; meta.x = 1; passthru.y = 2; }; in [ d.type d.meta.x d.y d.outputs ]) [ "derivation" 1 2 [ "out" ] ])
  (throws "lazyDerivation of other outputs" (lib.lazyDerivation { derivation = { type = "derivation"; outputs = [ "out" "dev" ]; name = "n"; }; }).name)
  (case "optionalDrvAttr" [ (lib.optionalDrvAttr true 1) (lib.optionalDrvAttr false 1) ] [ 1 null ])
  (case "extendMkDerivation" (let mk = lib.extendMkDerivation { constructDrv = f: lib.fix f; excludeDrvArgNames = [ "secret" ]; extendDrvArgs = final: { name, version ? "1", secret ? null, ... }: { full = "${name}-${version}"; }; }; in mk (final: { name = "n"; secret = 1; double = final.full + final.full; })) { name = "n"; full = "n-1"; double = "n-1n-1"; })
  (case "fake hashes" [ (builtins.stringLength lib.fakeSha256) (builtins.stringLength lib.fakeSha512) (builtins.substring 0 8 lib.fakeHash) ] [ 64 128 "sha256-A" ])
]
