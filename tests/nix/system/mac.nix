# Homes of nix-darwin.
{
  case,
  darwin,
  mac,
  home,
  has,
  plain,
  ...
}:
let
  with' = modules: darwin ([ mac ] ++ modules);
  package = derivation {
    name = "app";
    system = "aarch64-darwin";
    builder = "/bin/sh";
  };
  script = config: plain config.system.activationScripts.postActivation.text;
  switch = script (with' [ (home { home.packages = [ package ]; }) ]);
  login = with' [ (home { nhmt.activation = "login"; home.packages = [ package ]; }) ];
  agent = plain login.launchd.agents.nhmt.script;
in
[
  (case "as the user" (has "launchctl asuser \"$nhmtUid\" sudo -u alice --set-home -- /bin/sh -c" switch) true)
  (case "the tree" (has "-nhmt-home/activate" switch) true)
  (case "goes on after a failure" (has "|| echo 'warning: nhmt: the home of alice could not be activated' >&2" (builtins.replaceStrings [ "'\\''" ] [ "'" ] switch)) true)
  (case "applications" (has "-nhmt-copy-applications.sh" switch && has "/Users/alice/Applications/nhmt Apps" switch) true)
  (case "elsewhere" (has "/Users/alice/Applications/Mine" (script (with' [ (home { home.packages = [ package ]; targets.darwin.copyApps.directory = "Applications/Mine"; }) ]))) true)
  (case "none" (has "copy-applications" (script (with' [ (home { home.packages = [ package ]; targets.darwin.copyApps.enable = false; }) ]))) false)
  (case "none without packages" (has "copy-applications" (script (with' [ (home { }) ]))) false)
  (case "nothing at a switch that is for a login" (login.system.activationScripts.postActivation.text or "") "")
  (case "an agent" [ (has "case $(id -un) in" agent) (has "-nhmt-home/activate" agent) login.launchd.agents.nhmt.serviceConfig.RunAtLoad ] [ true true true ])
  (case "no caches of Linux" (with' [ (home { }) ]).nhmt.users.alice.xdg.mime.enable false)
  (case "no agent" (with' [ (home { }) ]).launchd.agents { })
  (case "no units of systemd" ((with' [ (home { }) ]) ? systemd) false)
]
