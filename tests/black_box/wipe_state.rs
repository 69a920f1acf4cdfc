//! A home with persisted paths that is emptied.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::at_risk::paths;
use crate::support::Home;

/// A home with a persisted directory and a persisted file, realized.
fn home() -> Home {
    let mut home = Home::new();
    let root = home.outside("persist/alice");
    fs::create_dir_all(&root).unwrap();
    home.declare(&json!({
        "files": { "f": { "text": "1" } },
        "state": [
            { "path": ".ssh", "root": root, "kind": "directory" },
            { "path": "d/history", "root": root, "kind": "file" },
        ],
    }));
    home.run(["realize"]).success();
    fs::write(home.at(".ssh/config"), "Host *").unwrap();
    home
}

fn persisted(home: &Home, path: &str) -> String {
    fs::read_to_string(home.outside("persist/alice").join(path)).unwrap()
}

#[test]
fn what_is_persisted_is_not_at_risk_and_stays() {
    let home = home().file("notes", "mine").file("d/own", "mine");
    fs::write(home.at("d/history"), "ls\n").unwrap();
    let json = home.run_bare(["status", "--at-risk", "--json"]).success();
    assert_eq!(paths(&json), ["d/own", "notes"]);
    home.run_bare(["wipe", "--yes", "--lose-at-risk"])
        .success()
        .stdout_has("deleted 2 files, 8 bytes")
        .stdout_has("to keep: 3 managed or persisted paths");
    assert_eq!(persisted(&home, ".ssh/config"), "Host *");
    assert_eq!(home.read(".ssh/config"), "Host *");
    assert_eq!(home.read("d/history"), "ls\n");
    assert!(home.is_managed("f") && !home.has("notes"));
    home.run_bare(["activate"])
        .success()
        .stdout_has("nothing to do");
}

#[test]
fn a_newer_file_in_place_of_a_persisted_one_is_at_risk_until_a_wipe_takes_it_back() {
    let home = home();
    fs::write(home.at("d/history"), "old\n").unwrap();
    fs::write(home.at("d/next"), "new\n").unwrap();
    fs::rename(home.at("d/next"), home.at("d/history")).unwrap();
    let json = home.run_bare(["status", "--at-risk", "--json"]).success();
    assert_eq!(paths(&json), ["d/history"]);
    home.run_bare(["wipe", "--yes"])
        .success()
        .stderr_has("~/d/history was newer than its persistent copy, and took its place")
        .stdout_has("nothing is at risk");
    assert_eq!(persisted(&home, "d/history"), "new\n");
    assert_eq!(home.read("d/history"), "new\n");
}

#[test]
fn a_link_that_a_person_made_to_a_persisted_place_stays_where_one_is_declared() {
    let home = home();
    let place = home.outside("persist/alice/.ssh");
    fs::remove_file(home.at(".ssh")).unwrap();
    symlink(&place, home.at(".ssh")).unwrap();
    symlink(&place, home.at("another")).unwrap();
    let json = home.run_bare(["status", "--at-risk", "--json"]).success();
    assert_eq!(paths(&json), ["another"]);
}

#[test]
fn data_in_place_of_a_persisted_directory_is_at_risk() {
    let home = home();
    fs::remove_file(home.at(".ssh")).unwrap();
    home.write(".ssh/id", "key");
    let json = home.run_bare(["status", "--at-risk", "--json"]).success();
    assert_eq!(paths(&json), [".ssh/id"]);
    home.run_bare(["wipe", "--yes"]).exit(1);
    assert_eq!(home.read(".ssh/id"), "key");
}

#[test]
fn nothing_goes_while_a_newer_file_cannot_be_taken_back() {
    let home = home().file("notes", "mine");
    fs::write(home.at("d/history"), "older").unwrap();
    home.write("saving", "newer");
    fs::rename(home.at("saving"), home.at("d/history")).unwrap();
    let work = home.outside("persist/alice/.nhmt/work");
    fs::remove_dir(&work).unwrap();
    fs::write(&work, "in the way").unwrap();
    home.run_bare(["wipe", "--yes", "--lose-at-risk"])
        .exit(1)
        .stderr_has("nothing was deleted, because a persisted file could not be taken back")
        .stderr_has("nhmt persist sync");
    assert_eq!(home.read("notes"), "mine");
    assert_eq!(home.read("d/history"), "newer");
    fs::remove_file(&work).unwrap();
    home.run_bare(["wipe", "--yes", "--lose-at-risk"]).success();
    assert!(!home.has("notes"));
    assert_eq!(persisted(&home, "d/history"), "newer");
}
