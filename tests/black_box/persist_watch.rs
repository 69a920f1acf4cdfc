//! `nhmt persist sync --watch`, which a session runs until it ends.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::Home;

/// A home that persists `~/.history` and `~/.app/settings`.
fn home() -> Home {
    let mut home = Home::new();
    let root = home.outside("persist");
    home.declare(&json!({ "state": [
        { "path": ".history", "root": root, "kind": "file" },
        { "path": ".app/settings", "root": root, "kind": "file" },
    ] }));
    home.run(["realize"]).success();
    home
}

/// The command, once it watches.
fn watch(home: &Home) -> Child {
    let mut command = home.command_for_signals();
    command.args(["persist", "sync", "--watch"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("watching 2 files"), "{first}");
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn end(mut child: Child, signal: Signal) -> Option<i32> {
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait().unwrap().code()
}

fn save(home: &Home, path: &str, text: &str) {
    let beside = home.at(format!("{path}.new"));
    fs::write(&beside, text).unwrap();
    fs::rename(beside, home.at(path)).unwrap();
}

/// Waits until the root has `text`, however long that takes.
fn arrives(home: &Home, path: &str, text: &str) {
    let place = home.outside("persist").join(path);
    let start = Instant::now();
    while fs::read_to_string(&place).ok().as_deref() != Some(text) || !home.is_managed(path) {
        assert!(start.elapsed() < Duration::from_mins(2), "{path}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_programs_replace_is_taken_back_as_it_happens() {
    let home = home();
    let child = watch(&home);
    for text in ["one", "two", "three"] {
        save(&home, ".history", text);
        arrives(&home, ".history", text);
        save(&home, ".app/settings", text);
        arrives(&home, ".app/settings", text);
    }
    assert_eq!(end(child, Signal::TERM), Some(0));
}

#[test]
fn the_end_of_the_session_takes_back_the_rest() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let home = home();
        let child = watch(&home);
        save(&home, ".history", "last words");
        assert_eq!(end(child, signal), Some(0));
        // The home goes, and all that is in it.
        fs::remove_dir_all(home.path()).unwrap();
        let place = home.outside("persist/.history");
        assert_eq!(fs::read_to_string(place).unwrap(), "last words");
    }
}

#[test]
fn paths_that_a_switch_brings_are_watched_too() {
    let mut home = home();
    let child = watch(&home);
    let root = home.outside("persist");
    home.declare(&json!({ "state": [{ "path": ".new/x", "root": root, "kind": "file" }] }));
    home.run(["realize"]).success();
    save(&home, ".new/x", "x");
    arrives(&home, ".new/x", "x");
    assert_eq!(end(child, Signal::TERM), Some(0));
}

#[test]
fn a_kernel_that_watches_no_more_is_named() {
    let home = home();
    home.run_failing(
        &["inotify_init1:error=EMFILE"],
        ["persist", "sync", "--watch"],
    )
    .exit(1)
    .stderr_has("cannot watch")
    .stderr_has("fs.inotify.max_user_instances");
}
