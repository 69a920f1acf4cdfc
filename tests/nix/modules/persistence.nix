# Persisted paths.
{
  case,
  evaluate,
  manifest,
  fails,
  lib,
}:
let
  state = configuration: (manifest configuration).state;
  bare = map (s: removeAttrs s [ "declaredIn" ]);
  one = root: configuration: bare (state { home.persistence.${root} = configuration; });
  route = path: more: {
    inherit path;
    root = "/persist/home/alice";
    kind = "directory";
    method = "symlink";
  } // more;
  file = path: more: route path ({ kind = "file"; } // more);
  # Another module's declaration, as impermanence has it for Home Manager.
  declared = { lib, ... }: {
    options.home.persistence = lib.mkOption {
      default = { };
      description = "Somebody else's.";
      example = { };
      type = lib.types.attrsOf (
        lib.types.submodule (
          { name, ... }:
          {
            options = {
              enable = lib.mkOption {
                type = lib.types.bool;
                default = true;
                description = "";
              };
              persistentStoragePath = lib.mkOption {
                type = lib.types.path;
                default = name;
                description = "";
              };
              directories = lib.mkOption {
                type = lib.types.listOf (
                  lib.types.coercedTo lib.types.str (directory: { inherit directory; }) (
                    lib.types.submodule {
                      options.directory = lib.mkOption {
                        type = lib.types.str;
                        description = "";
                      };
                      options.theirs = lib.mkOption {
                        default = "theirs";
                        description = "";
                      };
                    }
                  )
                );
                default = [ ];
                description = "";
              };
            };
          }
        )
      );
    };
  };
  both = configuration: evaluate { } { imports = [ declared configuration ]; };
  manual = { lib, ... }: {
    assertions = [
      {
        assertion = false;
        message = "home.persistence: Module was imported manually!\n\n  More words.";
      }
    ];
  };
  ignored = value: (manifest ({ lib, ... }: { nhmt.atRisk.ignore = value lib; })).atRisk.ignore;
in
[
  (case "nothing persisted" (let m = manifest { }; in [ (m ? state) (m ? atRisk) ]) [ false false ])
  (case "persisted, and not" (manifest { home.persistence."/persist" = { }; } ? state) false)
  (case "strings" (one "/persist" { directories = [ ".ssh" ]; files = [ ".bash_history" ]; }) [ (file ".bash_history" { }) (route ".ssh" { }) ])
  (case "sets"
    (one "/persist" {
      directories = [ { directory = ".a"; mode = "0700"; parentMode = "750"; method = "bind"; user = "alice"; group = "users"; hideMount = true; } ];
      files = [
        { file = ".b"; mode = "u=rw,go="; method = "auto"; }
        { file = ".c/d"; parentDirectory = { mode = "0711"; user = "alice"; defaultPerms.mode = "0755"; }; }
      ];
      hideMounts = true;
      allowTrash = true;
      enableWarnings = false;
    })
    [
      (route ".a" { mode = "0700"; parentMode = "0750"; method = "bind"; })
      (file ".b" { mode = "0600"; })
      (file ".c/d" { parentMode = "0711"; })
    ]
  )
  (case "letters" (map (mode: (lib.head (one "/persist" { directories = [ { directory = "a"; inherit mode; } ]; })).mode) [
    "u=rwx,g=rx,o="
    "u=rwx"
    "a=rx,u=rwx"
    "ugo=rwx"
    "u=rwx,g=,o=x"
  ]) [ "0750" "0700" "0755" "0777" "0701" ])
  (case "no modes" (map (mode: fails (one "/persist" { directories = [ { directory = "a"; inherit mode; } ]; })) [ "" "7" "08" "1777" "u+rwx" "u=rws" ]) (lib.replicate 6 true))

  (case "defaults of a root"
    (one "/persist" {
      defaultMethod = "bind";
      parentMode = "0700";
      directories = [ "a" { directory = "b"; method = "symlink"; parentMode = "0755"; } ];
      files = [ "c" ];
    })
    [
      (route "a" { method = "bind"; parentMode = "0700"; })
      (route "b" { parentMode = "0755"; })
      (file "c" { method = "bind"; parentMode = "0700"; })
    ]
  )
  (case "default of directories" (map (s: s.method) (one "/persist" { defaultDirectoryMethod = "bind"; directories = [ "a" ]; files = [ "b" ]; })) [ "bind" "symlink" ])
  (case "bindfs" (map (s: s.method) (one "/persist" { defaultDirectoryMethod = "bindfs"; directories = [ "a" { directory = "b"; method = "bindfs"; } ]; })) [ "symlink" "symlink" ])
  (case "another place for the root" (map (s: s.root) (one "anything" { persistentStoragePath = "/a//b/./"; directories = [ "x" { directory = "y"; persistentStoragePath = "/c"; } ]; })) [ "/a/b/home/alice" "/c/home/alice" ])
  (case "several roots" (map (s: "${s.root} ${s.path}") (state {
    home.persistence."/b".directories = [ "x" ];
    home.persistence."/a" = { directories = [ "z" ]; files = [ "y" ]; };
  })) [ "/b/home/alice x" "/a/home/alice y" "/a/home/alice z" ])
  (case "several modules" (map (s: s.path) (state {
    imports = [ { home.persistence."/a".directories = [ "x" ]; } ];
    home.persistence."/a".directories = lib.mkIf true [ "y" (lib.mkIf false "z") ];
  })) [ "x" "y" ])
  (case "not enabled" (manifest { home.persistence."/a" = { enable = false; directories = [ "x" ]; }; } ? state) false)
  (case "one off, one on" (map (s: s.root) (state {
    home.persistence."/a" = { enable = false; directories = [ "x" ]; };
    home.persistence."/b".directories = [ "x" ];
  })) [ "/b/home/alice" ])
  (case "places" (map (s: s.path) (one "/persist" { directories = [ "a//b/" "/home/alice/c" ]; })) [ "a/b" "c" ])
  (case "who declared it" (let d = (lib.head (state { home.persistence."/p".directories = [ "a" ]; })).declaredIn; in [ (lib.head d) (lib.hasInfix "modules/persistence.nix:" (lib.last d)) ]) [ "home.persistence.\"/p\".directories" true ])

  (case "the same twice" (let
    s = lib.head (state {
      imports = [ { home.persistence."/p".directories = [ "a" ]; } ];
      home.persistence."/p/".directories = [ { directory = "./a"; mode = "0700"; } ];
    });
  in [ s.mode (lib.length s.declaredIn) ]) [ "0700" 4 ])
  (case "what cannot be" (map (c: fails (manifest c)) [
    { home.persistence = { "/p".directories = [ "a" ]; "/q".directories = [ "a" ]; }; }
    { home.persistence."/p" = { directories = [ "a" ]; files = [ "a" ]; }; }
    { home.persistence."/p".directories = [ "a" "a/b" ]; }
    { home.persistence."/p".directories = [ { directory = "a"; mode = "0700"; } { directory = "a"; mode = "0711"; } ]; }
    { home.persistence."/".directories = [ "a" ]; }
    { home.persistence."/home/alice".directories = [ "a" ]; }
    { home.persistence."p".directories = [ "a" ]; }
    { home.persistence."/p".directories = [ "" ]; }
    { home.persistence."/p".directories = [ ".local/state/nhmt/x" ]; }
    { home.persistence."/p".directories = [ { } ]; }
    { home.persistence."/p".directories = [ "a" ]; home.file.a.text = ""; }
    { home.persistence."/p".directories = [ "a/b" ]; home.file.a.text = ""; }
    { home.persistence."/p".files = [ "a" ]; home.file."a/b".text = ""; }
    { home.persistence."/p".directories = [ "a" ]; home.file."a/b" = { text = ""; method = "seed"; }; }
  ]) (lib.replicate 14 true))
  (case "what can be" (map (c: map (s: s.path) (state c)) [
    { home.persistence."/p".directories = [ "a" ]; home.file."a/b".text = ""; }
    { home.persistence."/p".directories = [ "a" ]; home.file."a/b" = { source = "/home/alice/x"; method = "live"; }; }
    { home.persistence."/p".directories = [ "a/b" ]; home.file.a = { source = ./odd; recursive = true; }; }
    { home.persistence."/p".directories = [ "a-b" "a" ]; home.file."a-c" = { text = ""; method = "copy"; }; }
  ]) [ [ "a" ] [ "a" ] [ "a/b" ] [ "a" "a-b" ] ])

  (case "value" (map (d: d.directory) (evaluate { } { home.persistence."/p".directories = [ "a" ]; }).config.home.persistence."/p".directories) [ "a" ])
  (case "no value" (evaluate { } { }).config.home.persistence { })
  (case "declared elsewhere, too" (bare (both { home.persistence."/persist".directories = [ ".ssh" ]; }).manifest.state) [ (route ".ssh" { }) ])
  (case "declared elsewhere, its value" (map (d: d.theirs) (both { home.persistence."/persist".directories = [ ".ssh" ]; }).config.home.persistence."/persist".directories) [ "theirs" ])
  (case "declared elsewhere, nothing persisted" ((both { }).manifest ? state) false)
  (case "impermanence's own wish" (map (s: s.path) (state { imports = [ manual ]; home.persistence."/p".directories = [ "a" ]; })) [ "a" ])

  (case "not at risk" (lib.take 1 (ignored (_: [ "/a" ]))) [ "/.cache/" ])
  (case "not at risk, the last" (lib.last (ignored (_: [ "/a" ]))) "/a")
  (case "not at risk, in front" (lib.drop (lib.length (ignored (_: [ ]))) (ignored (lib: lib.mkMerge [ [ "b" ] (lib.mkBefore [ "a" ]) ]))) [ "a" "b" ])
  (case "not at risk, alone" (ignored (lib: lib.mkForce [ "/a" ])) [ "/a" ])
  (case "not at risk, comments" (builtins.filter (lib.hasPrefix "#") (ignored (_: [ ]))) [ ])
]
