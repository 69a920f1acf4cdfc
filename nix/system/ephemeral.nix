# Homes in memory, on NixOS: a tmpfs, the directories that outlive it, and the
# mounts of these in it. All of it is there before the home is activated.
{ config, lib, ... }:
let
  inherit (lib)
    concatMap
    filterAttrs
    mkIf
    mkOption
    types
    unique
    ;
  escape = import ./escape.nix;
  cfg = config.nhmt;
  homes = filterAttrs (_: user: user.nhmt.ephemeral.enable) cfg.users;

  options.nhmt.ephemeral = {
    enable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether this home is in memory, and begins anew with each start of the system.";
    };
    size = mkOption {
      type = types.strMatching "[0-9]+[kKmMgG%]?";
      default = "50%";
      example = "2G";
      description = "How large it may become: bytes, with k, m or g, or a part of the memory (tmpfs(5)).";
    };
    root = mkOption {
      type = types.path;
      apply = toString;
      default = "/persist";
      description = ''
        The directory that outlives the home: the place of the home is appended to it, and there the profile lies that
        the home is filled from. {option}`home.persistence` may name it, and others.
      '';
    };
  };

  rootOf = user: "${user.nhmt.ephemeral.root}${user.home.homeDirectory}";
  home =
    { config, ... }:
    {
      _file = "nhmt (homes in memory)";
      inherit options;
      config = mkIf config.nhmt.ephemeral.enable {
        nhmt.profile = lib.mkOverride 900 "${rootOf config}/.nhmt/profile";
        nhmt.rootsOfSystem = [ (rootOf config) ];
        # The system mounts them, which nhmt as the user could not.
        nhmt.directoryMethod = lib.mkDefault "bind";
      };
    };

  account = name: config.users.users.${name};
  login = name: (account name).name or name;
  groupOf = name: (account name).group or "users";
  # The number where it is known: names may not be when filesystems are mounted.
  owner =
    name:
    let
      uid = (account name).uid or null;
    in
    if uid != null then toString uid else login name;
  group =
    name:
    let
      gid = (config.users.groups.${groupOf name} or { }).gid or null;
    in
    if gid != null then toString gid else groupOf name;

  above =
    path:
    let
      dir = dirOf path;
    in
    if dir == "." then [ ] else above dir ++ [ dir ];

  bound =
    user:
    builtins.filter (r: r.value.method == "bind" && r.value.kind == "directory") (
      builtins.attrValues user.nhmt.state.entries
    );
  private = import ../../modules/persistence/private.nix { inherit lib; };

  # What is made at a place, and how the directories above it are made.
  line =
    name: place: mode:
    "d ${escape.quoted place} :${mode} :${escape.quoted (login name)} :${escape.quoted (groupOf name)} -";
  parents =
    name: base: route:
    map (
      dir: line name "${base}/${dir}" (route.value.parentMode or (if private dir then "0700" else "0755"))
    ) (above route.path);
  rules =
    name: user:
    let
      mode = route: route.value.mode or (if private route.path then "0700" else "0755");
      home = user.home.homeDirectory;
      both = route: base: parents name base route ++ [ (line name "${base}/${route.path}" (mode route)) ];
    in
    [
      "d ${escape.quoted home} 0700 ${escape.quoted (login name)} ${escape.quoted (groupOf name)} -"
    ]
    ++ concatMap (route: both route route.value.root ++ both route home) (bound user);

  mounts =
    name: user:
    map (
      route:
      let
        where = "${user.home.homeDirectory}/${route.path}";
        unit = "nhmt-${escape.name name}.service";
      in
      {
        description = escape.percent "${route.path} of ${name}, which outlives the home";
        what = "${route.value.root}/${route.path}";
        inherit where;
        # In the unit's own text `%' begins a specifier; its name is made of the
        # path above.
        mountConfig = lib.mkIf (lib.hasInfix "%" "${route.value.root}${where}") {
          What = lib.mkForce (escape.percent "${route.value.root}/${route.path}");
          Where = lib.mkForce (escape.percent where);
        };
        type = "none";
        options = "bind";
        wantedBy = [ unit ];
        before = [
          unit
          "umount.target"
        ];
        conflicts = [ "umount.target" ];
        # Both ends are made by it. Without the usual dependencies, since these
        # have mounts come before it.
        after = [
          "systemd-tmpfiles-setup.service"
          "systemd-tmpfiles-resetup.service"
        ];
        unitConfig = {
          DefaultDependencies = false;
          RequiresMountsFor = map escape.quoted [
            route.value.root
            user.home.homeDirectory
          ];
          # What somebody has there already must not be covered: nhmt takes it
          # to the root, and has a link stand in for the mount.
          ConditionDirectoryNotEmpty = "!${escape.percent where}";
          # Nothing of the system's may be mounted, or mounted over, by a link
          # that the user has put in the way.
          ConditionPathIsSymbolicLink = map (path: "!${escape.percent path}") (
            concatMap (base: map (dir: "${base}/${dir}") (above route.path ++ [ route.path ])) [
              route.value.root
              user.home.homeDirectory
            ]
          );
        };
      }
    ) (bound user);

  # The filesystem that a path lies on.
  filesystemOf =
    path:
    let
      holds = point: point == "/" || path == point || lib.hasPrefix "${point}/" path;
      points = builtins.filter holds (builtins.attrNames config.fileSystems);
      longest = builtins.foldl' (
        a: b: if builtins.stringLength b > builtins.stringLength a then b else a
      ) "" points;
    in
    if longest == "" then null else config.fileSystems.${longest};
  inMemory =
    path:
    let
      found = filesystemOf path;
    in
    found != null
    && builtins.elem (found.fsType or null) [
      "tmpfs"
      "ramfs"
    ];
in
{
  options.nhmt.users = mkOption {
    type = types.attrsOf (types.submoduleWith { modules = [ home ]; });
  };

  config = mkIf (homes != { }) {
    fileSystems = lib.mapAttrs' (
      name: user:
      lib.nameValuePair user.home.homeDirectory {
        device = "tmpfs";
        fsType = "tmpfs";
        options = [
          "size=${user.nhmt.ephemeral.size}"
          "mode=0700"
          "uid=${owner name}"
          "gid=${group name}"
          "nosuid"
          "nodev"
        ];
      }
    ) homes;
    systemd.tmpfiles.rules = lib.concatLists (
      lib.mapAttrsToList (name: user: unique (rules name user)) homes
    );
    systemd.mounts = lib.concatLists (lib.mapAttrsToList mounts homes);

    assertions = lib.concatLists (
      lib.mapAttrsToList (
        name: user:
        let
          roots = unique (
            [ (rootOf user) ] ++ map (r: r.value.root) (builtins.attrValues user.nhmt.state.entries)
          );
          lost = builtins.filter inMemory roots;
        in
        [
          {
            assertion = lost == [ ];
            message = "nhmt.users.${name}: ${lib.concatStringsSep " and " lost} would lie in memory, as the home does, and go with it. Choose a root on a disk (nhmt.ephemeral.root, home.persistence), or mount one there (fileSystems).";
          }
          {
            assertion = name != "root";
            message = "nhmt.users.root: the home of root cannot be ephemeral here, because the system needs it before and after all else.";
          }
        ]
      ) homes
    );
  };
}
