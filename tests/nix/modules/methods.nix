# How files arrive, and what becomes of backups.
{
  case,
  evaluate,
  manifest,
  file,
  plain,
  fails,
  storeName,
  lib,
}:
let
  with' = entry: file "x" { home.file.x = entry; };
  live = arguments: source: (evaluate arguments { home.file.x = { inherit source; method = "live"; }; }).manifest.files.x.source;
  # As Nix copies a flake.
  copy = "${builtins.path { path = ./odd; name = "source"; }}";
  roots.liveRoots = [ { store = copy; path = "/home/alice/dot files"; } ];
in
[
  (case "method" (map (method: (with' { text = ""; inherit method; }).method) [ "copy" "block" "seed" ]) [ "copy" "block" "seed" ])
  (case "method of xdg files" (file ".config/x" { xdg.configFile.x = { text = ""; method = "copy"; permissions = "0600"; }; }) (plain "" // { method = "copy"; permissions = "0600"; }))
  (case "link is not said" (with' { text = ""; method = "link"; }) (plain ""))
  (case "merge" (with' { format = "toml"; value.a = 1; method = "merge"; }).method "merge")
  (case "block" (with' { text = ""; method = "block"; block.comment = "//"; }).block { comment = "//"; position = "bottom"; })
  (case "copy of a source" (storeName (with' { source = ./odd; method = "copy"; }).source) "odd")
  (case "what does not go together" (map (entry: fails (with' entry)) [
    { text = ""; method = "merge"; }
    { format = "git-config"; value = { }; method = "merge"; }
    { text = ""; method = "live"; }
    { source = ./odd; recursive = true; method = "live"; }
    { source = ./odd; executable = true; method = "live"; }
    { source = ./odd; recursive = true; method = "block"; }
    { text = ""; force = true; method = "seed"; }
    { text = ""; block = { }; }
    { text = ""; permissions = "0600"; }
    { text = ""; method = "copy"; permissions = "rw"; }
    { text = ""; method = "copy"; permissions = "0200"; }
    { text = ""; method = "copy"; permissions = "4755"; }
    { text = ""; method = "copy"; permissions = "0600"; executable = true; }
    { text = ""; method = "teleport"; }
  ]) (lib.replicate 14 true))

  (case "live path" (live { } ./odd) (toString ./odd))
  (case "live path that is missing" (live { } (./odd + "/absent")) "${toString ./odd}/absent")
  (case "live string" (live { } "/home/alice/x") "/home/alice/x")
  (case "live has no context" (builtins.hasContext (live { } ./odd)) false)
  (case "mkOutOfStoreSymlink" (file "x" ({ config, ... }: { home.file.x.source = config.lib.file.mkOutOfStoreSymlink "/home/alice/x"; })) { source = "/home/alice/x"; method = "live"; executable = null; force = false; })
  (case "mkOutOfStoreSymlink of a path" (file "x" ({ config, ... }: { home.file.x.source = config.lib.file.mkOutOfStoreSymlink ./odd; })).source (toString ./odd))
  (case "mkOutOfStoreSymlink, recursive" (file "x" ({ config, ... }: { home.file.x = { source = config.lib.file.mkOutOfStoreSymlink "/x"; recursive = true; }; })) { source = "/x"; method = "live"; executable = null; force = false; })
  (case "mkOutOfStoreSymlink and another method" (fails (file "x" ({ config, ... }: { home.file.x = { source = config.lib.file.mkOutOfStoreSymlink "/x"; method = "copy"; }; }))) true)
  (case "live in a copy" (live roots "${copy}/a/b") "/home/alice/dot files/a/b")
  (case "the whole copy live" (live roots copy) "/home/alice/dot files")
  (case "beside a copy" (fails (live roots "${copy}-not/a")) true)
  (case "live in an unknown copy" (fails (live { } "${copy}/a")) true)

  (case "no rule for backups" ((manifest { }) ? backups) false)
  (case "rule for backups" (manifest { nhmt.backups = { olderThan = "30d"; maxSize = "1G"; }; }).backups { olderThan = "30d"; maxSize = "1G"; })
  (case "half a rule for backups" (manifest { nhmt.backups.maxSize = "64M"; }).backups { maxSize = "64M"; })
  (case "no such rule" (map (backups: fails (manifest { nhmt = { inherit backups; }; })) [ { olderThan = "3w"; } { maxSize = "1.5G"; } { maxSize = 5; } ]) [ true true true ])
]
