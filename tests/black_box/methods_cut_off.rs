//! Runs that write files that are no links, killed at every call that changes
//! something: nobody's bytes are lost, and the next run arrives.

use std::fs;

use serde_json::{Value, json};

use crate::support::Home;

const BEFORE: &str = r#"{
    "copy":{"text":"one","method":"copy"},
    "edited":{"text":"one","method":"copy"},
    "gone":{"text":"one","method":"copy"},
    "m.json":{"format":"json","value":{"a":1,"old":1},"method":"merge"},
    "block":{"text":"one","method":"block"},
    "seed":{"text":"one","method":"seed"},
    "link-copy":{"text":"one"},
    "copy-link":{"text":"one","method":"copy"},
    "link":{"text":"one"}}"#;

const AFTER: &str = r#"{
    "copy":{"text":"two","method":"copy","permissions":"0600"},
    "edited":{"text":"two","method":"copy"},
    "m.json":{"format":"json","value":{"a":2,"b":3},"method":"merge"},
    "block":{"text":"two","method":"block"},
    "seed":{"text":"two","method":"seed"},
    "link-copy":{"text":"two","method":"copy"},
    "copy-link":{"text":"two"},
    "new/dir/file":{"text":"two","method":"copy"},
    "link":{"text":"two"}}"#;

/// Bytes of persons and programs.
const THEIRS: [&str; 4] = [
    "edited by a person",
    "of a program",
    "of a person",
    "grown seed",
];

fn home() -> Home {
    let mut home = Home::fast()
        .manifest(BEFORE)
        .file("m.json", "{\n  \"z\": \"of a program\"\n}\n")
        .file("block", "of a person\n");
    home.run(["realize"]).success();
    home.write("edited", "edited by a person");
    home.write("seed", "grown seed");
    home.set_manifest(AFTER);
    home
}

/// Everything in the home, backups and private folders among it.
fn all(home: &Home) -> Vec<String> {
    let entries = walkdir::WalkDir::new(home.path()).into_iter();
    let files = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned())
        .collect()
}

fn arrived(home: &Home, point: &str) {
    for (path, text) in [
        ("copy", "two"),
        ("edited", "two"),
        (
            "block",
            "of a person\n# >>> nhmt >>>\ntwo\n# <<< nhmt <<<\n",
        ),
        ("seed", "grown seed"),
        ("link-copy", "two"),
        ("copy-link", "two"),
        ("new/dir/file", "two"),
        ("link", "two"),
    ] {
        assert_eq!(home.read(path), text, "{path} after {point}");
    }
    let merged: Value = serde_json::from_str(&home.read("m.json")).unwrap();
    assert_eq!(merged, json!({"z":"of a program","a":2,"b":3}), "{point}");
    assert!(!home.at("gone").exists(), "{point}");
    assert!(
        home.at("copy-link").is_symlink() && !home.at("link-copy").is_symlink(),
        "{point}"
    );
    let left = home.at(".local/state/nhmt/work");
    let left = walkdir::WalkDir::new(left)
        .into_iter()
        .filter_map(Result::ok);
    let left: Vec<_> = left.filter(|entry| !entry.file_type().is_dir()).collect();
    assert!(left.is_empty(), "{point}: {left:?}");
}

#[test]
fn a_run_that_is_killed_anywhere_loses_nothing_and_the_next_arrives() {
    // Each point is two runs more; `NHMT_PROOFS=full` tries all of them.
    let full = std::env::var("NHMT_PROOFS").is_ok_and(|value| value == "full");
    let step = if full { 1 } else { 6 };
    let mut points = 0;
    for call in [
        "renameat2",
        "renameat",
        "unlinkat",
        "fsync",
        "fchmod",
        "mkdirat",
    ] {
        for when in (1..).step_by(step) {
            let home = home();
            let point = format!("{call}:signal=KILL:when={when}");
            let killed = home.run_killed(&point, ["realize"]).is_some();
            let found = all(&home);
            for theirs in THEIRS {
                assert!(
                    found.iter().any(|text| text.contains(theirs)),
                    "`{theirs}` after {point}"
                );
            }
            let next = home.run(["realize"]);
            assert_eq!(next.code(), Some(0), "after {point}: {}", next.stderr());
            arrived(&home, &point);
            let found = all(&home);
            for theirs in THEIRS {
                assert!(
                    found.iter().any(|text| text.contains(theirs)),
                    "`{theirs}` after {point}"
                );
            }
            let last = home.run(["realize", "--json"]).success().json();
            assert_eq!(last["changed"], false, "{point}");
            for fate in ["created", "removed", "changed", "repaired"] {
                assert_eq!(last["links"][fate], 0, "{point}: {last}");
            }
            if !killed {
                break;
            }
            points += 1;
        }
    }
    assert!(points > 12, "only {points} points");
    println!("{points} points");
}

/// As a run leaves it that is killed after the switch, when something was in
/// the way of a directory: the link through which lookups found both.
#[test]
fn a_link_that_was_to_become_a_directory_does() {
    let files = r#"{"dir/copy":{"text":"copied","method":"copy"}}"#;
    let home = Home::fast().manifest(files);
    home.run(["realize"]).success();
    fs::remove_dir_all(home.at("dir")).unwrap();
    let anchor = home.at(".local/state/nhmt/current/home/dir");
    let home = home.link("dir", anchor.to_str().unwrap());
    home.run(["realize"])
        .success()
        .stderr_lacks("warning")
        .stdout_has("1 put back");
    assert_eq!(home.read("dir/copy"), "copied");
    assert!(home.at("dir").symlink_metadata().unwrap().is_dir());
    home.run(["realize"]).success().stdout_has("nothing to do");
}
