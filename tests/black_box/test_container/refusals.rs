//! Containers that cannot be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{become_nobody, path, simple, stand_in};
use crate::support::Outcome;

#[test]
fn a_home_that_hides_the_system_is_refused() {
    let home = simple();
    for (directory, needed) in [("/", "/usr"), ("/usr", "/usr"), ("/dev", "/dev")] {
        home.run(["test-container", "--home", directory, "--", "true"])
            .exit(1)
            .stderr_has(&format!(
                "{directory} cannot be the home directory of a container"
            ))
            .stderr_has(&format!("hide {needed}"))
            .stderr_has("home.homeDirectory");
    }
    let home = simple().env("HOME", "relative");
    home.run(["test-container"])
        .exit(1)
        .stderr_has("not an absolute path");
}

#[test]
fn a_tree_that_cannot_be_read_is_named() {
    let home = simple();
    home.run(["realize"]).success();
    let mut command = home.command_for_all();
    command.env("PATH", path());
    become_nobody(&home, &mut command);
    let store = home.at(".local/share/nhmt/store");
    fs::set_permissions(&store, fs::Permissions::from_mode(0o000)).unwrap();
    Outcome::of(command.args(["test-container", "--generation", "1", "--", "true"]))
        .exit(1)
        .stderr_has(".local/share/nhmt/store")
        .stderr_has("Permission denied");
    fs::set_permissions(&store, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn without_bubblewrap_it_says_how_to_get_it() {
    let home = simple().env("PATH", "/nonexistent");
    home.run(["test-container"])
        .exit(1)
        .stderr_has("`bwrap` is not on PATH")
        .stderr_has("apt install bubblewrap")
        .stderr_has("dnf install bubblewrap")
        .stderr_has("pacman -S bubblewrap");
    assert!(!home.has(".local"), "nothing was built");
}

#[test]
fn a_bubblewrap_that_fails_is_quoted_with_a_remedy() {
    let home = simple();
    for (said, remedy) in [
        (
            "bwrap: setting up uid map: Permission denied",
            "make namespaces",
        ),
        (
            "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>.",
            "seccomp=unconfined",
        ),
        (
            "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
            "user.max_user_namespaces",
        ),
        (
            "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
            "systempaths=unconfined",
        ),
        ("bwrap: Unknown option --die-with-parent", "too old"),
    ] {
        let path = stand_in(&home, &format!("echo \"{said}\" >&2; exit 1"));
        let mut command = home.command_for_all();
        command.env("PATH", path);
        command
            .arg("-f")
            .arg(home.outside("configuration/home.json"));
        become_nobody(&home, &mut command);
        Outcome::of(command.args(["test-container", "--", "true"]))
            .exit(1)
            .stderr_has("bubblewrap could not make the container: ")
            .stderr_has(said.strip_prefix("bwrap: ").unwrap())
            .stderr_has(remedy);
    }
}

#[test]
fn what_is_wrong_with_the_configuration_is_said_as_elsewhere() {
    let mut home = simple();
    home.set_configuration("home.json", "{");
    home.run(["test-container", "--", "true"]).exit(4);
    home.run_bare(["test-container", "-f", "/nowhere"])
        .exit(4)
        .stderr_has("no configuration at /nowhere");
    home.run_bare(["test-container"])
        .exit(4)
        .stderr_has("no configuration found");
}

/// A limit of a namespace of the test's own, and the bubblewrap of the machine.
#[test]
fn a_system_without_user_namespaces_is_known() {
    let home = simple();
    let mut command = Command::new("/usr/bin/unshare");
    home.environment(&mut command);
    command.args(["-U", "--map-user=1000", "--map-group=1000", "--keep-caps"]);
    let script = "echo 0 > /proc/sys/user/max_user_namespaces
        exec setpriv --ambient-caps -all --inh-caps -all \"$@\"";
    command.args(["sh", "-c", script, "sh"]);
    command.arg(home.command_for_all().get_program());
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    become_nobody(&home, &mut command);
    Outcome::of(command.args(["test-container", "--", "true"]))
        .exit(1)
        .stderr_has("bubblewrap could not make the container: Creating new namespace failed")
        .stderr_has("user.max_user_namespaces is 0");
}
