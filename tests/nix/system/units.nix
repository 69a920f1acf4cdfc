# The units of homes on NixOS.
{
  case,
  nixos,
  alice,
  home,
  failed,
  only,
  has,
  manifest,
  plain,
  lib,
  ...
}:
let
  with' = modules: nixos ([ alice ] ++ modules);
  unit = modules: (with' modules).systemd.services.nhmt-alice;
  boot = unit [ (home { }) ];
  login = unit [ (home { nhmt.activation = "login"; }) ];
  nameless = modules: nixos ([ { users.users.alice.isNormalUser = true; } ] ++ modules);
  secret = home {
    nhmt.secrets.identities = [ "/key" ];
    home.secrets.s.file = ../modules/key.age;
  };
in
[
  (case "at a start" [ boot.wantedBy boot.before ] [ [ "multi-user.target" ] [ "systemd-user-sessions.service" "user@1000.service" ] ])
  (case "without a number" (nameless [ (home { }) ]).systemd.services.nhmt-alice.before [ "systemd-user-sessions.service" ])
  (case "at a login" [ login.wantedBy login.before ] [ [ "user@1000.service" ] [ "user@1000.service" ] ])
  (case "again at the next" login.unitConfig.StopWhenUnneeded true)
  (case "which a start does not need" (boot.unitConfig ? StopWhenUnneeded) false)
  (case "all at a login" (unit [ { nhmt.activation = "login"; } (home { }) ]).wantedBy [ "user@1000.service" ])
  (case "but one" (unit [ { nhmt.activation = "login"; } (home { nhmt.activation = "boot"; }) ]).wantedBy [ "multi-user.target" ])
  (case "as the user" boot.serviceConfig.User "alice")
  (case "as who is called otherwise" (unit [ { users.users.alice.name = "al"; } (home { }) ]).serviceConfig.User "al")
  (case "whose are roots then" (with' [ { users.users.alice.name = "al"; } (home { home.persistence."/p".directories = [ "d" ]; }) ]).systemd.tmpfiles.rules [ "d \"/p/home/alice\" :0700 :\"al\" :\"users\" -" ])
  (case "once" [ boot.serviceConfig.Type boot.serviceConfig.RemainAfterExit boot.stopIfChanged ] [ "oneshot" true false ])
  (case "the tree" (builtins.match "/.*-nhmt-home/activate" (plain boot.serviceConfig.ExecStart) != null) true)
  (case "more words" (has "/activate --verbose" (plain (unit [ { nhmt.verbose = true; } (home { }) ]).serviceConfig.ExecStart)) true)
  (case "another home, another tree" (boot.serviceConfig.ExecStart == (unit [ (home { home.file.f.text = ""; }) ]).serviceConfig.ExecStart) false)
  (case "the home's mounts" boot.unitConfig.RequiresMountsFor [ "\"/home/alice\"" ])
  (case "those of its roots" (unit [ (home { home.persistence."/p".directories = [ "d" ]; }) ]).unitConfig.RequiresMountsFor [ "\"/home/alice\"" "\"/p/home/alice\"" ])
  (case "that of the profile" (unit [ (home { nhmt.profile = "/p/nhmt/profile"; }) ]).unitConfig.RequiresMountsFor [ "\"/home/alice\"" "\"/p/nhmt\"" ])
  (case "blanks in them" (nixos [ alice { users.users.alice.home = "/home/a b%"; } (home { }) ]).systemd.services.nhmt-alice.unitConfig.RequiresMountsFor [ "\"/home/a b%%\"" ])
  (case "an odd name" (builtins.attrNames (nixos [ { users.users."a@b" = { isNormalUser = true; }; nhmt.users."a@b" = { }; } ]).systemd.services) [ "nhmt-a\\x40b" ])
  (case "Nix" boot.path [ "/nix-of-the-system" ])
  (case "no Nix" (unit [ { nix.enable = false; } (home { }) ]).path [ ])
  (case "roots are made" (with' [ (home { home.persistence."/p".directories = [ "d" ]; }) ]).systemd.tmpfiles.rules [ "d \"/p/home/alice\" :0700 :\"alice\" :\"users\" -" ])
  (case "and nothing else" (with' [ (home { }) ]).systemd.tmpfiles.rules [ ])
  (case "secrets before a session" [ (manifest (with' [ secret ])).secrets.directory (with' [ secret ]).systemd.tmpfiles.rules ] [ "/run/nhmt/alice" [ "d \"/run/nhmt/alice\" 0700 \"alice\" \"users\" -" ] ])
  (case "at a login without a number" (has "Set users.users.alice.uid" (only (failed (nameless [ (home { nhmt.activation = "login"; }) ])))) true)
  (case "one who lingers" (has "`alice' lingers" (only (nameless [ { users.users.alice.linger = true; } (home { }) ]).warnings)) true)
  (case "one who lingers with a number" (with' [ { users.users.alice.linger = true; } (home { }) ]).warnings [ ])
]
