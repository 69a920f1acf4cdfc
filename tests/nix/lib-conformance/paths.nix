# Paths, directories, and sources for the store.
{ lib }:
let
  case = name: expr: expected: { inherit name expr expected; };
  throws = name: expr: { inherit name expr; };
  files = source: map (f: "." + lib.removePrefix "${source}" (toString f)) (lib.filesystem.listFilesRecursive source);
in
[
  (case "path.append" (map toString [ (lib.path.append /foo "bar/baz") (lib.path.append /foo "./bar//baz/./") (lib.path.append /. "foo") ]) [ "/foo/bar/baz" "/foo/bar/baz" "/foo" ])
  (throws "path.append of an absolute path" (lib.path.append /foo "/bar"))
  (throws "path.append upwards" (lib.path.append /foo "a/../b"))
  (throws "path.append to a string" (lib.path.append "/foo" "bar"))
  (case "path.hasPrefix" [ (lib.path.hasPrefix /foo /foo/bar) (lib.path.hasPrefix /foo /foo) (lib.path.hasPrefix /foo/bar /foo) (lib.path.hasPrefix /. /foo) (lib.path.hasPrefix /fo /foo) ] [ true true false true false ])
  (throws "path.hasPrefix of a string" (lib.path.hasPrefix "/a" /a))
  (case "path.removePrefix" [ (lib.path.removePrefix /foo /foo/bar/baz) (lib.path.removePrefix /foo /foo) (lib.path.removePrefix /. /foo) ] [ "./bar/baz" "./." "./foo" ])
  (throws "path.removePrefix of another" (lib.path.removePrefix /foo/bar /foo))
  (case "path.splitRoot" (let s = lib.path.splitRoot /foo/bar; in [ (toString s.root) s.subpath (lib.path.splitRoot /.).subpath ]) [ "/" "./foo/bar" "./." ])
  (case "path.hasStorePathPrefix" (map lib.path.hasStorePathPrefix [ (/. + "${builtins.storeDir}/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo/bar/baz") (/. + builtins.storeDir) (/. + "${builtins.storeDir}/.links/x") /home/user ]) [ true false false false ])
  (case "subpath.isValid" (map lib.path.subpath.isValid [ null "" "/foo" "../foo" "foo/bar" "./foo//bar/" "." ]) [ false false false false true true true ])
  (case "subpath.normalise" (map lib.path.subpath.normalise [ "foo//bar" "foo/./bar" "foo/bar/." "./foo" "." "./." ]) [ "./foo/bar" "./foo/bar" "./foo/bar" "./foo" "./." "./." ])
  (throws "subpath.normalise upwards" (lib.path.subpath.normalise "foo/../bar"))
  (case "subpath.join" [ (lib.path.subpath.join [ "foo" "bar/baz" ]) (lib.path.subpath.join [ "./foo" "." "bar//./baz/" ]) (lib.path.subpath.join [ ]) ] [ "./foo/bar/baz" "./foo/bar/baz" "./." ])
  (throws "subpath.join of an absolute one" (lib.path.subpath.join [ "a" "/b" ]))
  (case "subpath.components" (map lib.path.subpath.components [ "." "./foo//bar/./baz/" ]) [ [ ] [ "foo" "bar" "baz" ] ])

  (case "listFilesRecursive" (map (lib.path.removePrefix ./tree) (lib.filesystem.listFilesRecursive ./tree)) [ "./a.nix" "./b/package.nix" "./b/x.txt" "./c/d.nix" "./e.o" ])
  (case "pathIsDirectory" (map lib.pathIsDirectory [ ./tree ./tree/a.nix ./tree/none ]) [ true false false ])
  (case "pathIsRegularFile" (map lib.pathIsRegularFile [ ./tree ./tree/a.nix ./tree/none ]) [ false true false ])
  (case "pathType" (map lib.pathType [ ./tree ./tree/a.nix ]) [ "directory" "regular" ])
  (case "locateDominatingFile" (map (f: let r = lib.filesystem.locateDominatingFile "(a)[.]nix" f; in [ (r.path == ./tree) r.matches ]) [ ./tree/c/d.nix ./tree/c ./tree ]) [ [ true [ [ "a" ] ] ] [ true [ [ "a" ] ] ] [ true [ [ "a" ] ] ] ])
  (case "resolveDefaultNix" [ (lib.filesystem.resolveDefaultNix ./tree == ./tree + "/default.nix") (lib.filesystem.resolveDefaultNix "/x/") (lib.filesystem.resolveDefaultNix "/x") ] [ true "/x/default.nix" "/x" ])
  (case "packagesFromDirectoryRecursive" (lib.packagesFromDirectoryRecursive { callPackage = f: _: import f { n = 1; }; directory = ./tree; }) { a = "a1"; b = "b1"; c.d = "d1"; })
  (case "packagesFromDirectoryRecursive with scopes" (let p = lib.packagesFromDirectoryRecursive { callPackage = null; newScope = lib.callPackageWith; directory = ./tree; }; in (p.overrideScope (_: _: { n = 2; })).a) "a2")

  (case "cleanSourceFilter" [ (lib.cleanSourceFilter "/a/.git" "directory") (lib.cleanSourceFilter "/a/CVS" "directory") (lib.cleanSourceFilter "/a/CVS" "regular") (lib.cleanSourceFilter "/a/x~" "regular") (lib.cleanSourceFilter "/a/.x.swp" "regular") (lib.cleanSourceFilter "/a/x.o" "regular") (lib.cleanSourceFilter "/a/result-bin" "symlink") (lib.cleanSourceFilter "/a/s" "unknown") (lib.cleanSourceFilter "/a/x.c" "regular") ] [ false false true false false false false false true ])
  (case "cleanSource" (files (lib.cleanSource ./tree)) [ "./a.nix" "./b/package.nix" "./b/x.txt" "./c/d.nix" ])
  (case "cleanSourceWith over another" (let s = lib.cleanSourceWith { name = "n"; filter = path: type: type == "directory" || lib.hasSuffix ".nix" path; src = lib.cleanSource ./tree; }; in [ s.name (files s) ]) [ "n" [ "./a.nix" "./b/package.nix" "./c/d.nix" ] ])
  (case "sourceByRegex" (files (lib.sourceByRegex ./tree [ "b" "b/.*txt" ])) [ "./b/x.txt" ])
  (case "sourceFilesBySuffices" (files (lib.sourceFilesBySuffices ./tree [ ".txt" ".o" ])) [ "./b/x.txt" "./e.o" ])
  (case "sourceByGlobs" [ (files (lib.sources.sourceByGlobs ./tree [ "*.nix" ])) (files (lib.sources.sourceByGlobs ./tree [ "**/*.nix" ])) (files (lib.sources.sourceByGlobs ./tree [ "b/**" ])) ] [ [ "./a.nix" ] [ "./a.nix" "./b/package.nix" "./c/d.nix" ] [ "./b/package.nix" "./b/x.txt" ] ])
  (case "revOrTag" [ (lib.revOrTag "r" "t") (lib.revOrTag "r" null) (lib.revOrTag null null) ] [ "t" "r" "HEAD" ])
  (case "canCleanSource" [ (lib.canCleanSource ./tree) (lib.canCleanSource "${./tree}") (lib.canCleanSource (lib.cleanSource ./tree)) ] [ true false true ])
]
