use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;
use crate::container::Root;

/// A machine with these directories, and these links (`path -> target`).
fn machine(paths: &[&str]) -> (TempDir, System) {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().canonicalize().unwrap();
    for path in paths {
        if let Some((path, target)) = path.split_once(" -> ") {
            symlink(target, root.join(path)).unwrap();
        } else if let Some(file) = path.strip_suffix('!') {
            fs::write(root.join(file), "").unwrap();
        } else {
            fs::create_dir_all(root.join(path)).unwrap();
        }
    }
    (temp, System::below(root))
}

fn container(kind: Kind, home: &str) -> Container {
    Container {
        kind,
        home: home.into(),
        real_home: Some("/home/bob".into()),
        executable: "/home/bob/.cargo/bin/nhmt".into(),
        shown: vec!["/nix/store".into()],
        instead: Vec::new(),
        state: Vec::new(),
        persisted: Vec::new(),
        left: None,
        roots: Vec::new(),
        net: kind == Kind::Ephemeral,
        uid: 7,
    }
}

/// Each step as one line.
fn lines(container: &Container, system: &System) -> Vec<String> {
    let mounts = container.mounts(system);
    let words = mounts.iter().map(Mount::arguments);
    words
        .map(|words| words.join(OsStr::new(" ")).into_string().unwrap())
        .collect()
}

#[test]
fn a_test_sees_the_system_and_nothing_of_the_person() {
    let (_temp, system) = machine(&[
        "usr/lib",
        "bin -> usr/bin",
        "lib64 -> usr/lib64",
        "etc",
        "etc/passwd!",
        "home/bob",
        "home/carol",
        "nix/store",
        "nix/var/nix/daemon-socket",
        "run/wrappers",
        "root",
        "srv",
        "run/current-system -> /nix/store/x-system",
        "mnt",
        "var/home",
        "swapfile!",
        "libfoo.so!",
    ]);
    let mut test = container(Kind::Test, "/home/alice");
    test.instead = vec![
        ("/tmp/s/passwd".into(), "/etc/passwd".into()),
        ("/tmp/s/group".into(), "/etc/group".into()),
    ];
    assert_eq!(
        lines(&test, &system),
        [
            "--symlink usr/bin /bin",
            "--ro-bind /etc /etc",
            "--symlink usr/lib64 /lib64",
            "--ro-bind /nix /nix",
            "--ro-bind /usr /usr",
            "--dev /dev",
            "--proc /proc",
            "--tmpfs /tmp",
            "--tmpfs /run",
            "--tmpfs /var",
            "--dir /var/tmp",
            "--dir /var/lib",
            "--dir /var/cache",
            "--dir /run/user/7",
            "--symlink /nix/store/x-system /run/current-system",
            "--ro-bind /run/wrappers /run/wrappers",
            "--tmpfs /nix/var/nix/daemon-socket",
            "--dir /.nhmt",
            "--ro-bind /home/bob/.cargo/bin/nhmt /.nhmt/bin/nhmt",
            "--ro-bind /tmp/s/passwd /etc/passwd",
            "--tmpfs /home/alice",
            "--remount-ro /",
        ]
    );
}

#[test]
fn what_is_not_seen_yet_is_shown_after_the_home() {
    let (_temp, system) = machine(&["usr", "home/bob"]);
    let mut test = container(Kind::Test, "/home/bob");
    let tree = "/home/bob/.local/share/nhmt/store/x";
    test.shown = vec![tree.into()];
    let lines = lines(&test, &system);
    let home = lines.iter().position(|line| line == "--tmpfs /home/bob");
    let tree = lines
        .iter()
        .position(|line| *line == format!("--ro-bind {tree} {tree}"));
    assert!(home.unwrap() < tree.unwrap(), "{lines:?}");
}

#[test]
fn roots_lie_over_the_home() {
    let (_temp, system) = machine(&["usr"]);
    let mut test = container(Kind::Test, "/h");
    let root = |path: &str, mode| Root {
        path: path.into(),
        mode,
    };
    test.roots = vec![
        root("/h/a", Mode::ReadOnly),
        root("/h/b", Mode::Shared),
        root("/h/c", Mode::Overlay),
        root("/h/d", Mode::Copy("/tmp/s/copy".into())),
    ];
    let lines = lines(&test, &system);
    let home = lines.iter().position(|line| line == "--tmpfs /h").unwrap();
    assert_eq!(
        lines[home + 2..],
        [
            "--ro-bind /h/a /h/a",
            "--bind /h/b /h/b",
            "--overlay-src /h/c --tmp-overlay /h/c",
            "--bind /tmp/s/copy /h/d",
            "--remount-ro /",
        ]
    );
}

#[test]
fn one_lives_with_all_of_the_machine_but_the_home() {
    let (_temp, system) = machine(&[
        "usr",
        "etc",
        "dev",
        "proc",
        "home/bob",
        "home/alice",
        "run/user/7",
        "bin -> usr/bin",
        "nix/store",
    ]);
    assert_eq!(
        lines(&container(Kind::Ephemeral, "/home/alice"), &system),
        [
            "--symlink usr/bin /bin",
            "--dev-bind /dev /dev",
            "--bind /etc /etc",
            "--bind /home /home",
            "--bind /nix /nix",
            "--bind /run /run",
            "--bind /usr /usr",
            "--proc /proc",
            "--dir /.nhmt",
            "--ro-bind /home/bob/.cargo/bin/nhmt /.nhmt/bin/nhmt",
            "--tmpfs /home/bob",
            "--tmpfs /home/alice",
            "--remount-ro /",
        ]
    );
}

#[test]
fn a_home_that_does_not_exist_has_its_neighbours() {
    let (_temp, system) = machine(&["usr", "home/bob", "home/link -> bob", "home/file!"]);
    let found = lines(&container(Kind::Ephemeral, "/home/alice"), &system);
    assert_eq!(
        found[..5],
        [
            "--tmpfs /home",
            "--bind /home/bob /home/bob",
            "--bind /home/file /home/file",
            "--symlink bob /home/link",
            "--bind /usr /usr",
        ]
    );
    let (_temp, system) = machine(&["usr/local/bin", "usr/bin"]);
    let found = lines(&container(Kind::Test, "/usr/local/home/alice"), &system);
    assert_eq!(
        found[..4],
        [
            "--dir /usr",
            "--ro-bind /usr/bin /usr/bin",
            "--dir /usr/local",
            "--ro-bind /usr/local/bin /usr/local/bin",
        ]
    );
}

#[test]
fn homes_behind_a_link_are_found() {
    let (_temp, system) = machine(&["usr", "home -> var/home", "var/home/bob"]);
    let found = lines(&container(Kind::Ephemeral, "/home/bob"), &system);
    assert!(found.contains(&"--symlink var/home /home".to_owned()));
    assert_eq!(found[found.len() - 3], "--tmpfs /var/home/bob", "{found:?}");
}

#[test]
fn a_real_home_among_the_system_is_hidden() {
    let (_temp, system) = machine(&["usr", "opt/bob", "nix/store"]);
    let mut test = container(Kind::Test, "/home/alice");
    test.real_home = Some("/opt/bob".into());
    let found = lines(&test, &system);
    assert!(found.contains(&"--tmpfs /opt/bob".to_owned()), "{found:?}");
}

#[test]
fn the_resolver_is_there_with_the_network_alone() {
    let (_temp, system) = machine(&[
        "etc/x",
        "run/resolve/y",
        "run/resolve/conf!",
        "etc/resolv.conf -> ../run/resolve/conf",
    ]);
    let mut test = container(Kind::Test, "/home/alice");
    let line = "--ro-bind /run/resolve/conf /run/resolve/conf".to_owned();
    assert!(!lines(&test, &system).contains(&line));
    test.net = true;
    assert!(lines(&test, &system).contains(&line));
}

#[test]
fn a_home_must_not_hide_what_programs_need() {
    for home in ["/", "/usr", "/etc", "/proc", "/.nhmt"] {
        assert!(Container::hidden_by(Path::new(home)).is_some(), "{home}");
    }
    for home in ["/home", "/root", "/usr/local/home", "/run/alice", "/tmp"] {
        assert_eq!(Container::hidden_by(Path::new(home)), None, "{home}");
    }
}

#[test]
fn state_is_mounted_so_that_no_home_is_seen_by_it() {
    let (_temp, system) = machine(&["usr", "home/bob", "persist/alice", "nix/store"]);
    let mut test = container(Kind::Test, "/home/alice");
    let root = |path: &str, mode| Root {
        path: path.into(),
        mode,
    };
    test.state = vec![
        root("/home", Mode::Shared),
        root("/home/bob/persist", Mode::Copy("/tmp/s/copy".into())),
        root("/persist/alice", Mode::Overlay),
    ];
    test.shown = vec!["/home/bob/persist/.nhmt/profile-store".into()];
    test.persisted = vec![("/persist/alice/.ssh".into(), "/home/alice/.ssh".into())];
    let lines = lines(&test, &system);
    let own = lines
        .iter()
        .position(|line| line.starts_with("--ro-bind /home/bob/.cargo"));
    assert_eq!(
        lines[own.unwrap() + 1..],
        [
            "--bind /home /home",
            "--tmpfs /home/bob",
            "--bind /tmp/s/copy /home/bob/persist",
            "--overlay-src /persist/alice --tmp-overlay /persist/alice",
            "--tmpfs /home/alice",
            "--ro-bind /home/bob/persist/.nhmt/profile-store /home/bob/persist/.nhmt/profile-store",
            "--bind /persist/alice/.ssh /home/alice/.ssh",
            "--remount-ro /",
        ]
    );
}
