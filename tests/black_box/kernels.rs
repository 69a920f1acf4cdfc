//! Kernels and filters that refuse a system call.

use serde_json::json;

use crate::support::Home;

#[test]
fn directories_are_opened_name_by_name_where_that_is_all_there_is() {
    for error in ["ENOSYS", "EPERM"] {
        let home = Home::new()
            .file("a/b/c/mine", "mine")
            .link("a/link", "b")
            .manifest(
                r#"{"a/b/c/x":{"text":"1"},"a/b/d/e/y":{"text":"2"},"q/r/s/z":{"text":"3"}}"#,
            );
        let call = format!("openat2:error={error}");
        let (outcome, log) = home.run_traced(&[&call], ["realize"]);
        outcome.exit(0);
        assert_eq!(log.matches("openat2(").count(), 1, "tried once:\n{log}");
        for (path, text) in [("a/b/c/x", "1"), ("a/b/d/e/y", "2"), ("q/r/s/z", "3")] {
            assert_eq!(home.read(path), text);
        }
        let home = home.manifest(r#"{"a/link/c/x":{"text":"1"}}"#);
        home.run_failing(&[&call], ["realize"])
            .exit(3)
            .stderr_has("~/a/link");
    }
}

#[test]
fn mounts_are_told_apart_by_their_device_without_their_number() {
    let home = Home::new()
        .file("a/b", "mine")
        .manifest(r#"{"a/b":{"text":"1"}}"#);
    home.run_failing(&["statx:error=ENOSYS"], ["realize", "-b"])
        .exit(0);
    assert_eq!(home.read("a/b"), "1");
    let kept: Vec<_> = home.backups().into_values().collect();
    assert_eq!(kept, ["mine"]);
}

/// NFS takes `flock(2)` for writing on no directory, and some filesystems know
/// neither that call nor the other.
#[test]
fn the_home_is_locked_where_its_directory_cannot_be() {
    for (calls, held) in [
        (&["flock:error=EBADF:when=1"][..], true),
        (&["flock:error=ENOLCK:when=1..2"], true),
        (
            &["flock:error=EOPNOTSUPP:when=1..2", "fcntl:error=ENOLCK"],
            false,
        ),
    ] {
        let mut home = Home::new();
        home.declare(&json!({
            "files": { "a": { "text": "1" } },
            "hooks": [{ "name": "wait", "script": ": > started; while [ ! -e go ]; do :; done" }],
        }));
        if !held {
            home.run_failing(calls, ["realize"])
                .exit(1)
                .stderr_has("no locks");
            assert!(!home.has("a"));
            continue;
        }
        std::thread::scope(|scope| {
            let first = scope.spawn(|| home.run_failing(calls, ["realize"]));
            while !home.has("started") {
                assert!(!first.is_finished(), "{}", first.join().unwrap());
                std::thread::yield_now();
            }
            let second = home.run_failing(calls, ["--no-wait", "realize"]);
            home.write("go", "");
            second.exit(1).stderr_has("is in use by");
            first.join().unwrap().exit(0);
        });
        home.run_failing(calls, ["--no-wait", "realize"]).exit(0);
    }
}
