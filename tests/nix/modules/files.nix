# home.file and its relatives.
{
  case,
  evaluate,
  manifest,
  file,
  plain,
  fails,
  storeName,
  lib,
  number,
}:
let
  source = path: storeName (file "x" { home.file.x.source = path; }).source;
  value = v: (file "x" { home.file.x = { format = "json"; value = v; }; }).value;
  targets = configuration: builtins.attrNames (removeAttrs (manifest configuration).files [ ".local/share/nhmt/session.sh" ]);
  float = v: number (value v)."$float";
  stored = builtins.toFile "stored" "s";
in
[
  (case "text" (file "a" { home.file.a.text = "t"; }) (plain "t"))
  (case "text from two modules" (file "a" { imports = [ { home.file.a.text = "two"; } ]; home.file.a.text = lib.mkAfter "one"; }) (plain "two\none"))
  (case "executable and force" (file "a" { home.file.a = { text = ""; executable = true; force = true; }; }) { text = ""; executable = true; force = true; })
  (case "not enabled" (targets { home.file.a = { enable = false; text = ""; }; }) [ ])
  (case "mkIf around an entry" (targets { home.file.a = lib.mkIf false { text = ""; }; home.file.b.text = ""; }) [ "b" ])
  (case "target" (targets { home.file.a = { target = "b/c"; text = ""; }; }) [ "b/c" ])
  (case "target normalized" (targets { home.file."./a//b/".text = ""; }) [ "a/b" ])
  (case "absolute target below the home" (targets { home.file."/home/alice/.x".text = ""; }) [ ".x" ])
  (case "names with dots are no parents" (targets { home.file."..a/b..".text = ""; }) [ "..a/b.." ])
  (case "absolute elsewhere" (fails (targets { home.file."/home/alice2/x".text = ""; })) true)
  (case "home itself" (fails (targets { home.file."/home/alice/".text = ""; })) true)
  (case "parent" (map (t: fails (targets { home.file.${t}.text = ""; })) [ ".." "../x" "a/../b" "a/.." ]) [ true true true true ])
  (case "one target twice" (fails (targets { home.file.a.text = ""; home.file.b = { target = "./a"; text = ""; }; })) true)
  (case "xdg files" (targets { xdg.configFile.c.text = ""; xdg.dataFile.d.text = ""; xdg.stateFile.s.text = ""; xdg.cacheFile.k.text = ""; }) [ ".cache/k" ".config/c" ".local/share/d" ".local/state/s" ])
  (case "xdg elsewhere" (targets { xdg.configHome = "/home/alice/etc"; xdg.configFile.c.text = ""; }) [ "etc/c" ])
  (case "xdg outside the home" (fails (targets { xdg.configHome = "/etc"; xdg.configFile.c.text = ""; })) true)
  (case "home.file by xdg directory" (targets ({ config, ... }: { home.file."${config.xdg.dataHome}/d".text = ""; })) [ ".local/share/d" ])
  (case "text and source" (fails (file "a" { home.file.a = { text = ""; source = ./odd; }; })) true)
  (case "no content" (fails (file "a" { home.file.a = { }; })) true)

  (case "source" (source ./files.nix) "files.nix")
  (case "source with @" (source (./odd + "/a@b.service")) "a-b.service")
  (case "source with a space" (source (./odd + "/with space")) "with-space")
  (case "source with #" (source (./odd + "/#hash#")) "hash")
  (case "source with a dot first" (source (./odd + "/.hidden")) "hidden")
  (case "source beyond ASCII" (source (./odd + "/ümlaut")) "mlaut")
  (case "source as a string" (source (toString ./files.nix)) "files.nix")
  (case "source keeps its context" (builtins.hasContext (file "x" { home.file.x.source = ./files.nix; }).source) true)
  (case "source in the store" (file "x" { home.file.x.source = stored; }).source stored)
  (case "source below a store path" (file "x" { home.file.x.source = "${./odd}/a"; }).source "${./odd}/a")
  (case "recursive" (file "x" { home.file.x = { source = ./odd; recursive = true; }; }).recursive true)
  (case "recursive is said only when so" ((file "x" { home.file.x.source = ./odd; }) ? recursive) false)
  (case "missing source" (fails (source ./absent)) true)

  (case "value" (value { a = [ 1 true null "s" { } ]; }) { a = [ 1 true null "s" { } ]; })
  (case "value merges" (file "x" { imports = [ { home.file.x.value.a.b = 1; } ]; home.file.x = { format = "toml"; value.a.c = 2; }; }).value { a = { b = 1; c = 2; }; })
  (case "floats" (map float [ 1.0 0.1 123456789.5 (-2.5) 3.141592653589793 ]) [ 1.0 0.1 123456789.5 (-2.5) 3.141592653589793 ])
  (case "zero" (value 0.0) { "$float" = [ 0 0 ]; })
  (case "mantissas are exact" (value 0.1) { "$float" = [ 7205759403792794 (-56) ]; })
  (case "large floats" (value 1.0e300)."$float" [ 6724873095247260 944 ])
  (case "large integers" (value 9007199254740993) 9007199254740993)
  (case "floats in lists" (builtins.length (value [ 1.5 [ 2.5 ] ])) 2)
  (case "paths in values" (storeName (value ./files.nix)) "files.nix")
  (case "derivations in values" (storeName (value (derivation { name = "d"; system = "s"; builder = "b"; }))) "d")
  (case "functions in values" (fails (value (x: x))) true)
  (case "value without format" (fails (file "x" { home.file.x.value = 1; })) true)

  (case "profile" (manifest { nhmt.profile = "/persist/profile"; }).profile "/persist/profile")
  (case "profile as a path of Nix" (manifest { nhmt.profile = /persist/profile; }).profile "/persist/profile")
  (case "no profile is said only when so" (manifest { } ? profile) false)
  (case "relative profile" (fails (manifest { nhmt.profile = "profile"; })) true)

  (case "declaredIn names the option" (builtins.head (manifest { home.file."a b".text = ""; }).files."a b".declaredIn) "home.file.\"a b\"")
  (case "declaredIn has no context" (builtins.hasContext (builtins.toJSON (manifest { _file = "${./odd}"; home.file.a.text = ""; }).files.a.declaredIn)) false)
  (case "declaredIn names every file" (
    builtins.length (manifest { imports = [ { home.file.a.text = "1"; } ]; home.file.a.text = "2"; }).files.a.declaredIn
  ) 3)
]
