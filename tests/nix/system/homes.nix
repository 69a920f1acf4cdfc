# What a home is given, and what is wrong with it.
{
  case,
  nixos,
  darwin,
  alice,
  mac,
  home,
  failed,
  only,
  has,
  manifest,
  lib,
  ...
}:
let
  with' = modules: nixos ([ alice ] ++ modules);
  said = modules: only (failed (with' modules));
  # The names of files that the home was given.
  attrsOf = config: builtins.filter (n: builtins.stringLength n == 1) (builtins.attrNames (manifest config).files);
  bob.users.users.bob = {
    isNormalUser = true;
    uid = 1001;
  };
in
[
  (case "whose home it is" (manifest (with' [ (home { }) ])).home { username = "alice"; directory = "/home/alice"; })
  (case "the number" (with' [ (home { }) ]).nhmt.users.alice.home.uid 1000)
  (case "no number" (nixos [ { users.users.alice.isNormalUser = true; } (home { }) ]).nhmt.users.alice.home.uid null)
  (case "an existing home.nix says it too" (failed (with' [ (home { home.username = "alice"; home.homeDirectory = "/home/alice"; }) ])) [ ])
  (case "as a default, too" (failed (with' [ (home { home.homeDirectory = lib.mkDefault "/elsewhere"; }) ])) [ ])
  (case "part of the system" (manifest (with' [ (home { }) ])).managedBy "nixos")
  (case "part of a Mac" (manifest (darwin [ mac (home { }) ])).managedBy "nix-darwin")
  (case "osConfig" (manifest (with' [ (home ({ osConfig, ... }: { home.file.f.text = osConfig.users.users.alice.home; })) ])).files.f.text "/home/alice")
  (case "nixosConfig" (manifest (with' [ (home ({ nixosConfig, ... }: { home.file.f.text = nixosConfig.users.users.alice.name; })) ])).files.f.text "alice")
  (case "darwinConfig" (manifest (darwin [ mac (home ({ darwinConfig, ... }: { home.file.f.text = darwinConfig.users.users.alice.home; })) ])).files.f.text "/Users/alice")
  (case "definitions of several modules" (attrsOf (with' [ (home { home.file.a.text = ""; }) (home { home.file.b.text = ""; }) ])) [ "a" "b" ])
  (case "a function" (manifest (with' [ (home ({ lib, ... }: { home.file.f.text = (lib.hm.dag.entryAnywhere "x").data; })) ])).files.f.text "x")
  (case "shared modules" (attrsOf (nixos [ alice bob { nhmt.sharedModules = [ { home.file.s.text = ""; } ]; nhmt.users.alice = { }; nhmt.users.bob = { }; } ])) [ "s" ])
  (case "extraSpecialArgs" (manifest (with' [ { nhmt.extraSpecialArgs.word = "w"; } (home ({ word, ... }: { home.file.f.text = word; })) ])).files.f.text "w")
  (case "extraSpecialArgs in imports" (attrsOf (with' [ { nhmt.extraSpecialArgs.more = { home.file.m.text = ""; }; } (home ({ more, ... }: { imports = [ more ]; })) ])) [ "m" ])
  (case "backups by default" (manifest (with' [ (home { }) ])).onConflict "backup")
  (case "of all homes" (manifest (with' [ { nhmt.onConflict = "abort"; } (home { }) ])).onConflict "abort")
  (case "of one" (manifest (with' [ (home { nhmt.onConflict = "abort"; }) ])).onConflict "abort")
  (case "nhmt for all" (builtins.length (with' [ (home { }) ]).environment.systemPackages) 1)
  (case "nothing without homes" [ (with' [ ]).environment.systemPackages (with' [ ]).systemd.services ] [ [ ] { } ])

  (case "user packages" (builtins.length (with' [ { nhmt.useUserPackages = true; } (home { }) ]).users.users.alice.packages) 1)
  (case "no user packages" (with' [ (home { }) ]).users.users.alice.packages [ ])
  (case "user packages: no unknown user" (has "the system has no user `carol'" (only (failed (nixos [ { nhmt.useUserPackages = true; nhmt.users.carol = { }; } ])))) true)
  (case "the system's packages" (said [ { nhmt.useGlobalPkgs = true; } (home { nixpkgs.config.allowUnfree = true; }) ]) "nhmt.users.alice sets nixpkgs.config or nixpkgs.overlays, which have no effect with nhmt.useGlobalPkgs. Set them for the system, or turn that off.")
  (case "and not" (failed (with' [ { nhmt.useGlobalPkgs = true; } (home { }) ])) [ ])

  (case "unknown user" (said [ { nhmt.users.alise = { }; } ]) "nhmt.users.alise: the system has no user `alise'. Declare it (users.users.alise.isNormalUser = true), or correct the name.")
  (case "a user who is switched off" (has "the system has no user `alice'" (said [ { users.users.alice.enable = false; } (home { }) ])) true)
  (case "another name" (said [ (home { home.username = "bob"; }) ]) "nhmt.users.alice: home.username is bob, and the user is alice. Leave it out: it follows the system.")
  (case "a user who is called otherwise" (failed (with' [ { users.users.alice.name = "al"; } (home { }) ])) [ ])
  (case "beside Home Manager" (only (with' [ { options.home-manager.users = lib.mkOption { }; config.home-manager.users.alice = { }; } (home { }) ]).warnings) "nhmt.users.alice: home-manager.users.alice manages the same home, and the two put their files in place by turns. Keep one of them.")
  (case "unknown user on a Mac" (only (failed (darwin [ { nhmt.users.alise = { }; } ]))) "nhmt.users.alise: the system has no user `alise'. Declare it (users.users.alise), or correct the name.")
  (case "no place on a Mac" (only (failed (darwin [ { users.users.alice.uid = 501; } (home { }) ]))) "nhmt.users.alice: where the home of `alice' lies is not known. Set users.users.alice.home = \"/Users/alice\".")
  (case "no number on a Mac" (failed (darwin [ { users.users.alice.home = "/Users/alice"; } (home { }) ])) [ ])
  (case "an empty home" (has "is none that files can be put into" (only (failed (nixos [ { users.users.daemon.isSystemUser = true; nhmt.users.daemon = { }; } ])))) true)
  (case "the home of root" [ (failed (nixos [ { nhmt.users.root = { }; } ])) (nixos [ { nhmt.users.root = { }; } ]).nhmt.users.root.home.homeDirectory ] [ [ ] "/root" ])
  (case "another spelling" (failed (nixos [ alice { users.users.alice.home = "/home/alice/"; } (home { home.homeDirectory = "/home/alice"; }) ])) [ ])
  (case "another place" (said [ (home { home.homeDirectory = "/elsewhere"; }) ]) "nhmt.users.alice: home.homeDirectory is /elsewhere, and users.users.alice.home is /home/alice. Set one of them only; the first follows the second.")
  (case "one home of two" (said [ bob { users.users.bob.home = "/home/alice"; nhmt.users = { alice = { }; bob = { }; }; } ]) "nhmt.users: alice and bob have one home directory, /home/alice. Give each a home of its own (users.users.<name>.home), or one of them no home of nhmt.")
  (case "what a home asserts" (said [ (home { assertions = [ { assertion = false; message = "no"; } ]; }) ]) "nhmt.users.alice: no")
  (case "what a home warns of" (with' [ (home { warnings = [ "careful" ]; }) ]).warnings [ "nhmt.users.alice: careful" ])
  (case "a warning about roots" (has "the place of the home is appended" (only (with' [ (home { home.persistence."/p/home/alice".directories = [ "d" ]; }) ]).warnings)) true)
]
