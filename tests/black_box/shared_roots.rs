//! A root that two have: an nhmt in the home and one in a container, or those
//! of two homes.

use std::fs::{self, File};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use serde_json::json;

use crate::support::Home;

/// A home that persists `~/.history`, which a program has replaced.
fn home() -> Home {
    let mut home = Home::new();
    let root = home.outside("persist");
    home.declare(&json!({ "state": [{ "path": ".history", "root": root, "kind": "file" }] }));
    home.run(["realize"]).success();
    fs::write(home.at("new"), "newer").unwrap();
    fs::rename(home.at("new"), home.at(".history")).unwrap();
    home
}

/// What another nhmt has that works in the root: of a container, or of another
/// home.
fn work_in(root: &Path) -> File {
    let own = File::open(root.join(".nhmt")).unwrap();
    rustix::fs::flock(&own, FlockOperation::LockExclusive).unwrap();
    own
}

/// Waits until the process waits for a lock (proc(5), `/proc/locks`).
fn waits(child: &Child) {
    let process = child.id().to_string();
    let start = Instant::now();
    loop {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        let mut lines = locks
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        if lines.any(|words| words.contains(&"->") && words.contains(&&*process)) {
            return;
        }
        assert!(start.elapsed() < Duration::from_mins(2), "it does not wait");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn two_that_have_the_same_root_wait_for_each_other() {
    let home = home();
    let root = home.outside("persist");
    let other = work_in(&root);
    let mut sync = home.command();
    let mut sync = sync.args(["persist", "sync", "--quiet"]).spawn().unwrap();
    waits(&sync);
    assert!(!root.join(".history").exists() && !home.is_managed(".history"));
    drop(other);
    assert!(sync.wait().unwrap().success());
    assert_eq!(fs::read_to_string(root.join(".history")).unwrap(), "newer");
}

#[test]
fn what_another_one_has_on_its_way_is_not_cleared() {
    let home = home();
    let root = home.outside("persist");
    let stray = root.join(".nhmt/work/something");
    fs::write(&stray, "on its way").unwrap();
    let other = work_in(&root);
    home.run_bare(["backups", "expire", "--older-than", "9d"])
        .success();
    assert_eq!(fs::read_to_string(&stray).unwrap(), "on its way");
    drop(other);
    home.run_bare(["backups", "expire", "--older-than", "9d"])
        .success();
    assert!(!stray.exists());
    let kept = walkdir::WalkDir::new(root.join(".nhmt/backups"));
    let kept = kept
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file());
    assert!(
        kept.map(|entry| fs::read_to_string(entry.path()).unwrap())
            .any(|text| text == "on its way")
    );
}
