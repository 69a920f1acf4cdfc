# Homes in memory.
{
  case,
  nixos,
  alice,
  home,
  failed,
  only,
  has,
  manifest,
  ...
}:
let
  disk.fileSystems."/persist" = {
    device = "/dev/disk";
    fsType = "ext4";
  };
  ephemeral = more: home { imports = [ { nhmt.ephemeral.enable = true; } more ]; };
  with' = modules: nixos ([ alice disk ] ++ modules);
  kept = ephemeral {
    home.persistence."/persist" = {
      directories = [ ".ssh" { directory = ".local/share/x"; mode = "0750"; parentMode = "0711"; } ];
      files = [ ".history" ];
    };
  };
  config = with' [ kept ];
  mount = where: builtins.head (builtins.filter (m: m.where == where) config.systemd.mounts);
  ssh = mount "/home/alice/.ssh";
  x = mount "/home/alice/.local/share/x";
  percent = builtins.head (with' [ (ephemeral { home.persistence."/persist".directories = [ "100%" ]; }) ]).systemd.mounts;
  methods = c: map (s: s.method) (manifest c).state;
in
[
  (case "a tmpfs" config.fileSystems."/home/alice" {
    device = "tmpfs";
    fsType = "tmpfs";
    autoFormat = false;
    neededForBoot = false;
    options = [ "size=50%" "mode=0700" "uid=1000" "gid=100" "nosuid" "nodev" ];
  })
  (case "its size" (builtins.head (with' [ (ephemeral { nhmt.ephemeral.size = "2G"; }) ]).fileSystems."/home/alice".options) "size=2G")
  (case "names for numbers" (builtins.filter (has "id=") (nixos [ disk { users.users.alice = { isNormalUser = true; group = "people"; }; } (ephemeral { }) ]).fileSystems."/home/alice".options) [ "uid=alice" "gid=people" ])
  (case "only where it is wanted" (builtins.attrNames (with' [ (home { }) ]).fileSystems) [ "/persist" ])
  (case "the profile outlives it" (manifest config).profile "/persist/home/alice/.nhmt/profile")
  (case "in another root" (manifest (with' [ { fileSystems."/keep".fsType = "ext4"; } (ephemeral { nhmt.ephemeral.root = "/keep"; }) ])).profile "/keep/home/alice/.nhmt/profile")
  (case "bind by default" (methods config) [ "symlink" "bind" "bind" ])
  (case "unless the root says otherwise" (methods (with' [ kept { nhmt.users.alice.home.persistence."/persist".defaultDirectoryMethod = "symlink"; } ])) [ "symlink" "symlink" "symlink" ])
  (case "not in others" (methods (with' [ (home { home.persistence."/persist".directories = [ "d" ]; }) ])) [ "symlink" ])
  (case "what is mounted" [ ssh.what ssh.type ssh.options ] [ "/persist/home/alice/.ssh" "none" "bind" ])
  (case "before the home" [ ssh.wantedBy ssh.before ] [ [ "nhmt-alice.service" ] [ "nhmt-alice.service" "umount.target" ] ])
  (case "after the directories" ssh.after [ "systemd-tmpfiles-setup.service" "systemd-tmpfiles-resetup.service" ])
  (case "and the filesystems" ssh.unitConfig.RequiresMountsFor [ "\"/persist/home/alice\"" "\"/home/alice\"" ])
  (case "never over data" ssh.unitConfig.ConditionDirectoryNotEmpty "!/home/alice/.ssh")
  (case "never by a link" x.unitConfig.ConditionPathIsSymbolicLink [
    "!/persist/home/alice/.local"
    "!/persist/home/alice/.local/share"
    "!/persist/home/alice/.local/share/x"
    "!/home/alice/.local"
    "!/home/alice/.local/share"
    "!/home/alice/.local/share/x"
  ])
  (case "a percent sign is none of systemd's" [ percent.where percent.mountConfig.Where percent.mountConfig.What percent.description ] [ "/home/alice/100%" "/home/alice/100%%" "/persist/home/alice/100%%" "100%% of alice, which outlives the home" ])
  (case "files are links" (builtins.length config.systemd.mounts) 2)
  (case "directories and those above" config.systemd.tmpfiles.rules [
    "d \"/persist/home/alice\" :0700 :\"alice\" :\"users\" -"
    "d \"/home/alice\" 0700 \"alice\" \"users\" -"
    "d \"/persist/home/alice/.local\" :0711 :\"alice\" :\"users\" -"
    "d \"/persist/home/alice/.local/share\" :0711 :\"alice\" :\"users\" -"
    "d \"/persist/home/alice/.local/share/x\" :0750 :\"alice\" :\"users\" -"
    "d \"/home/alice/.local\" :0711 :\"alice\" :\"users\" -"
    "d \"/home/alice/.local/share\" :0711 :\"alice\" :\"users\" -"
    "d \"/home/alice/.local/share/x\" :0750 :\"alice\" :\"users\" -"
    "d \"/persist/home/alice/.ssh\" :0700 :\"alice\" :\"users\" -"
    "d \"/home/alice/.ssh\" :0700 :\"alice\" :\"users\" -"
  ])
  (case "a root is made once" (builtins.length (builtins.filter (has "\"/persist/home/alice\"") config.systemd.tmpfiles.rules)) 1)
  (case "a root in memory" (only (failed (nixos [ alice { fileSystems."/".fsType = "tmpfs"; } kept ]))) "nhmt.users.alice: /persist/home/alice would lie in memory, as the home does, and go with it. Choose a root on a disk (nhmt.ephemeral.root, home.persistence), or mount one there (fileSystems).")
  (case "a disk below memory" (failed (with' [ { fileSystems."/".fsType = "tmpfs"; } kept ])) [ ])
  (case "the home of root" (has "nhmt.users.root: the home of root cannot be ephemeral" (only (failed (nixos [ disk { nhmt.users.root.nhmt.ephemeral.enable = true; } ])))) true)
  (case "units know the mounts" config.systemd.services.nhmt-alice.unitConfig.RequiresMountsFor [ "\"/home/alice\"" "\"/persist/home/alice\"" "\"/persist/home/alice/.nhmt\"" ])
]
