//! Kernels and filters that refuse a system call.

use std::fs;

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
        home.run_failing(&[&call], ["realize"]).exit(0);
        let log = fs::read_to_string(home.outside("strace")).unwrap();
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
