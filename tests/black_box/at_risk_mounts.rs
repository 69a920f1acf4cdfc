//! Homes in which something else is mounted.

use std::fs;
use std::process::Command;

use crate::support::{Home, Outcome, nhmt};

/// Runs a shell's `script` where it can mount, with nhmt as `$0` and the home
/// as `$1`.
fn with_mounts(home: &Home, script: &str) -> Outcome {
    let root = rustix::process::geteuid().is_root();
    let own = if root { "--mount" } else { "-rm" };
    let mut command = Command::new("/usr/bin/unshare");
    home.environment(&mut command);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.args([own, "/bin/sh", "-ec", script]);
    command.arg(nhmt()).arg(home.path());
    Outcome::of(&mut command)
}

fn home() -> Home {
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    for dir in ["mnt", "again", "d/below"] {
        fs::create_dir_all(home.at(dir)).unwrap();
    }
    home.file("data/mine", "mine").file("file", "hidden")
}

#[test]
fn mounts_are_named_and_not_entered() {
    let home = home();
    let mounted = "mount -t tmpfs none $1/mnt; echo x > $1/mnt/other; mount --bind $1/data $1/again; \
        echo y > $1/mnt/single; mount --bind $1/mnt/single $1/file;";
    let outcome = with_mounts(&home, &format!("{mounted} $0 status --at-risk"));
    outcome
        .success()
        .stdout_has("at risk: 1 file, 4 bytes")
        .stdout_has("~/data/")
        .stderr_has("not looked at: ~/mnt, another filesystem is mounted there")
        .stderr_has("not looked at: ~/file, another filesystem is mounted there")
        .stderr_has(
            "not looked at: ~/again, another place of the home's filesystem is mounted there",
        );
    let outcome = with_mounts(&home, &format!("{mounted} $0 status --at-risk --json"));
    let json = outcome.success().json();
    let mounts = json["at_risk_summary"]["mounts"].as_array().unwrap();
    let mounts: Vec<_> = mounts
        .iter()
        .map(|one| {
            (
                one["path"].as_str().unwrap(),
                &one["same_filesystem"] == true,
            )
        })
        .collect();
    assert_eq!(mounts, [("again", true), ("file", false), ("mnt", false)]);
}

#[test]
fn a_wipe_leaves_mounts_and_what_is_in_them() {
    let home = home();
    let script = "mount -t tmpfs none $1/d/below; echo x > $1/d/below/other; echo y > $1/d/mine; \
        mount --bind $1/data $1/again; $0 wipe --yes --lose-at-risk; \
        cat $1/d/below/other; ls -A $1 $1/d; umount $1/d/below; umount $1/again;";
    let outcome = with_mounts(&home, script).success();
    // The bind mount shows a directory of the home, which was emptied by its
    // other name: it is the home's own data, and was shown as such.
    outcome.stdout_has("deleted 3 files").stdout_has("\nx\n");
    assert!(home.has("d/below") && home.has("again") && home.is_managed("f"));
    assert!(!home.has("data/mine") && !home.has("file") && !home.has("mnt"));
}
