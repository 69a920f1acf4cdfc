# examples/nixos, each folder as a part of a system.
{
  case,
  nixos,
  failed,
  lib,
  ...
}:
let
  system = name: nixos [ (../../../examples/nixos + "/${name}/configuration.nix") ];
  whole = name: { failed = failed (system name); inherit (system name) warnings; };
  good = { failed = [ ]; warnings = [ ]; };
  files = name: user: (system name).nhmt.users.${user}.nhmt.manifest.files;
  variables = name: user: (system name).nhmt.users.${user}.home.sessionVariables;
  names = builtins.attrNames (lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir ../../../examples/nixos));
in
map (name: case "example ${name}" (whole name) good) names
++ [
  (case "examples" names [ "ephemeral" "existing-home" "inline" "separate-files" "several-users" "shared-modules" ])
  (case "inline" (files "inline" "alice" ? ".bashrc" && files "inline" "alice" ? ".config/git/config") true)
  (case "separate files" [ (files "separate-files" "alice").".vimrc".text (variables "separate-files" "alice").EDITOR ] [ "set number\n" "vim" ])
  (case "an existing home" [ (variables "existing-home" "alice").MACHINE (variables "existing-home" "alice").PAGER ] [ "desk" "less" ])
  (case "shared modules" (map (user: { inherit (variables "shared-modules" user) EDITOR COLOURS; }) [ "alice" "bob" ]) [ { EDITOR = "vim"; COLOURS = "solarized"; } { EDITOR = "nano"; COLOURS = "solarized"; } ])
  (case "several users" (lib.mapAttrs (_: u: u.wantedBy) (system "several-users").systemd.services) { nhmt-alice = [ "multi-user.target" ]; nhmt-bob = [ "user@1001.service" ]; })
  (case "several users: homes" (lib.mapAttrs (_: u: u.home.homeDirectory) (system "several-users").nhmt.users) { alice = "/home/alice"; bob = "/vault/bob"; })
  (case "ephemeral" (map (m: m.where) (system "ephemeral").systemd.mounts) [ "/home/alice/.local/share/keyrings" "/home/alice/.ssh" "/home/alice/Documents" ])
]
