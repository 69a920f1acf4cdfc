//! A home that is emptied down to what is managed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::at_risk::paths;
use crate::support::Home;
use crate::support::owner::needs_root;

const MANIFEST: &str = r#"{"a/f":{"text":"1"},"copy":{"text":"2","method":"copy"},
    "seed":{"text":"3","method":"seed"}}"#;

/// A home with managed files and others.
fn home() -> Home {
    let home = Home::new().file("a/f", "in the way").manifest(MANIFEST);
    home.run(["realize", "-b"]).success();
    home.file("notes", "mine")
        .file("a/own", "mine")
        .file("d/e/f", "mine")
        .file(".cache/app/x", "made again")
        .link("elsewhere", "/etc")
}

const WIPE: [&str; 3] = ["wipe", "--yes", "--lose-at-risk"];

#[test]
fn nothing_is_deleted_without_yes() {
    let home = home();
    let before = home.snapshot();
    for arguments in [&["wipe"][..], &["wipe", "--lose-at-risk"]] {
        let outcome = match arguments {
            [one] => home.run_bare([one]),
            [one, two] => home.run_bare([one, two]),
            _ => unreachable!(),
        };
        outcome
            .exit(1)
            .stderr_has("nothing was deleted: `nhmt wipe` needs `--yes`")
            .stderr_has("nhmt wipe --dry-run");
    }
    assert_eq!(home.snapshot(), before);
}

#[test]
fn nothing_is_deleted_while_something_is_at_risk() {
    let home = home();
    let before = home.snapshot();
    home.run_bare(["wipe", "--yes"])
        .exit(1)
        .stderr_has("~/notes")
        .stderr_has("4 files, 12 bytes are neither managed nor persisted and would be lost")
        .stderr_has("nothing was deleted")
        .stderr_has("--lose-at-risk");
    let json = home.run_bare(["wipe", "--yes", "--json"]).exit(1);
    let expected = ["a/own", "d/e/f", "elsewhere", "notes"];
    assert_eq!(paths(&json), expected);
    assert_eq!(json.json()["deleted"], serde_json::Value::Null);
    assert_eq!(home.snapshot(), before);
    for path in expected {
        let at = home.at(path);
        fs::remove_file(at).unwrap();
    }
    // What does not count is deleted without a further word.
    home.run_bare(["wipe", "--yes"])
        .success()
        .stdout_has("nothing is at risk")
        .stdout_has("not counted: 1 file, 10 bytes")
        .stdout_has("~/.cache/")
        .stdout_has("deleted 1 file, 10 bytes");
    assert!(!home.has(".cache") && home.is_managed("a/f"));
}

#[test]
fn a_dry_run_says_what_would_go_and_changes_nothing() {
    let home = home();
    let before = home.snapshot();
    home.run_bare(["wipe", "--dry-run"])
        .success()
        .stdout_has("at risk: 4 files, 12 bytes")
        .stdout_has("~/a/own")
        .stdout_has("~/d/")
        .stdout_has("not counted: 1 file")
        .stdout_has(
            "to delete: 5 files, 22 bytes, 4 directories; to keep: 3 managed or persisted paths",
        )
        .stderr_has("1 backup, 10 bytes");
    home.run_bare(["wipe", "-n", "-v"])
        .success()
        .stderr_has("~/.cache/app/x");
    let json = home.run_bare(["wipe", "-n", "--json"]).success().json();
    assert_eq!(json["dry_run"], true);
    assert_eq!(json["to_delete"]["files"], 5);
    assert_eq!(json["to_delete"]["directories"], 4);
    assert_eq!(json["to_delete"]["bytes"], 22);
    assert_eq!(json["kept"], 3);
    assert_eq!(json["not_counted"][0]["path"], ".cache");
    assert_eq!(json["paths"].as_array().unwrap().len(), 5);
    assert_eq!(home.snapshot(), before);
}

#[test]
fn what_is_managed_stays_and_all_else_goes() {
    let home = home();
    symlink(home.at("a"), home.at("loop")).unwrap();
    fs::create_dir_all(home.at("empty/too")).unwrap();
    let outside = home.outside("outside");
    fs::write(&outside, "not in the home").unwrap();
    symlink(&outside, home.at("out")).unwrap();
    home.run_bare(WIPE)
        .success()
        .stdout_has("deleted 7 files, 22 bytes, 6 directories");
    let left: Vec<_> = home.snapshot().into_keys().collect();
    let left: Vec<_> = left.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(left, ["a", "a/f", "copy", "seed"]);
    assert_eq!(home.read("a/f"), "1");
    assert!(outside.exists());
    assert_eq!(home.backups().len(), 1);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stdout_has("nothing is at risk");
    home.run_bare(["doctor"]).success();
    home.run_bare(["activate"])
        .success()
        .stdout_has("nothing to do");
    // And once more there is nothing to do.
    home.run_bare(["wipe", "--yes"])
        .success()
        .stdout_has("deleted 0 files, 0 bytes, 0 directories");
}

#[test]
fn what_a_person_changed_goes_and_comes_back_as_declared() {
    let home = home();
    for path in ["copy", "seed"] {
        home.write(path, "changed");
    }
    fs::remove_file(home.at("a/f")).unwrap();
    home.write("a/f", "replaced");
    let json = home.run_bare(["wipe", "--yes", "--lose-at-risk", "--json"]);
    let json = json.success();
    let at_risk = paths(&json);
    for path in ["a/f", "copy", "seed"] {
        assert!(at_risk.contains(&path.to_owned()), "{path}");
        assert!(!home.has(path), "{path}");
    }
    let json = json.json();
    assert_eq!(json["dry_run"], false);
    assert_eq!(json["deleted"]["files"], 8);
    assert_eq!(json["stayed"], serde_json::json!([]));
    home.run_bare(["activate"]).success();
    for (path, content) in [("a/f", "1"), ("copy", "2"), ("seed", "3")] {
        assert_eq!(home.read(path), content, "{path}");
    }
    home.run_bare(["wipe", "--yes"])
        .success()
        .stdout_has("nothing is at risk");
}

#[test]
fn pipes_and_sockets_go_without_being_at_risk() {
    let home = home();
    for path in ["notes", "a/own", "d/e/f", "elsewhere"] {
        fs::remove_file(home.at(path)).unwrap();
    }
    let _socket = std::os::unix::net::UnixListener::bind(home.at("socket")).unwrap();
    home.run_bare(["wipe", "--yes"])
        .success()
        .stdout_has("deleted 2 files");
    assert!(!home.has("socket"));
}

#[test]
fn a_home_without_a_generation_is_not_wiped() {
    let home = Home::new().file("notes", "mine");
    for arguments in [WIPE, ["wipe", "--yes", "--dry-run"]] {
        home.run_bare(arguments)
            .exit(1)
            .stderr_has("no generation is in force in this home");
    }
    assert!(home.has("notes"));
}

#[test]
fn what_cannot_be_deleted_is_named() {
    needs_root();
    let home = home();
    home.write("locked/f", "mine");
    home.write("theirs/f", "mine");
    home.give_to_owner();
    fs::set_permissions(home.at("locked"), fs::Permissions::from_mode(0o555)).unwrap();
    std::os::unix::fs::chown(home.at("theirs"), Some(0), Some(0)).unwrap();
    home.run_as_owner(WIPE)
        .exit(1)
        .stderr_has("~/locked/f could not be deleted: Permission denied")
        .stderr_has("~/theirs/f could not be deleted: Permission denied")
        .stderr_has("2 paths are still there");
    assert!(home.has("locked/f") && home.has("theirs/f") && !home.has("notes"));
    let json = home.run_as_owner(["wipe", "--yes", "--lose-at-risk", "--json"]);
    let json = json.exit(1).json();
    assert_eq!(json["stayed"][0]["path"], "locked/f");
    assert!(home.is_managed("a/f"));
}

#[test]
fn a_store_in_the_home_that_is_not_nhmts_is_not_touched() {
    let home = home();
    fs::create_dir(home.at("nix")).unwrap();
    let anchor = home.at(".local/state/nhmt/current");
    let tree = fs::read_link(&anchor).unwrap();
    let copy = home.at("nix/tree");
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(&tree)
        .arg(&copy)
        .status();
    assert!(copied.unwrap().success());
    fs::remove_file(&anchor).unwrap();
    symlink(&copy, &anchor).unwrap();
    home.run_bare(WIPE)
        .exit(1)
        .stderr_has("the generation in force lies in the home itself")
        .stderr_has("nothing was deleted");
    assert!(home.has("notes"));
}
