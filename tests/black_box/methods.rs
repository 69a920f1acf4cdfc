//! Files that are no links: copies, merged files, blocks, seeds.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::{Value, json};

use crate::support::Home;

pub(super) fn home(files: &str) -> Home {
    Home::new().manifest(files)
}

pub(super) fn realize(home: &Home) -> Value {
    home.run(["realize", "--json"]).success().json()
}

/// The second run of the same has nothing to do.
pub(super) fn is_settled(home: &Home) {
    let generation = realize(home);
    assert_eq!(generation["changed"], false, "{generation}");
    let counts = &generation["links"];
    for fate in ["created", "removed", "changed", "repaired"] {
        assert_eq!(counts[fate].as_u64().unwrap_or(0), 0, "{generation}");
    }
    let status = home.run(["status", "--json"]).success().json();
    assert_eq!(status["drift"], json!([]), "{status}");
}

pub(super) fn mode(home: &Home, path: &str) -> u32 {
    home.at(path).metadata().unwrap().permissions().mode() & 0o7777
}

pub(super) fn drift(home: &Home) -> String {
    let status = home.run(["status", "--json"]).success().json();
    status["drift"][0]["kind"]
        .as_str()
        .unwrap_or("none")
        .to_owned()
}

fn is_link(home: &Home, path: &str) -> bool {
    home.at(path).is_symlink()
}

const COPY: &str = r#"{".config/a/b":{"text":"one\n","method":"copy","permissions":"0600"},
    ".ssh/config":{"text":"ssh\n","method":"copy"}}"#;

#[test]
fn a_copy_is_written_exchanged_and_taken_away() {
    let mut home = home(COPY);
    let done = realize(&home);
    assert_eq!(done["links"]["created"], 2, "{done}");
    assert!(!is_link(&home, ".config/a/b"));
    assert_eq!(home.read(".config/a/b"), "one\n");
    assert_eq!(mode(&home, ".config/a/b"), 0o600);
    assert_eq!(mode(&home, ".ssh/config"), 0o644);
    assert_eq!(mode(&home, ".ssh"), 0o700);
    is_settled(&home);
    home.set_manifest(r#"{".config/a/b":{"text":"two\n","method":"copy","permissions":"0640"}}"#);
    let done = realize(&home);
    assert_eq!(
        (&done["links"]["changed"], &done["links"]["removed"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    assert_eq!(home.read(".config/a/b"), "two\n");
    assert_eq!(mode(&home, ".config/a/b"), 0o640);
    assert!(!home.at(".ssh").exists(), "its directory goes with it");
    assert!(home.backups().is_empty(), "nobody else wrote anything");
    is_settled(&home);
    home.run(["rollback"]).success();
    assert_eq!(home.read(".config/a/b"), "one\n");
    assert_eq!(home.read(".ssh/config"), "ssh\n");
    home.set_manifest("{}");
    realize(&home);
    assert!(!home.at(".config").exists());
    is_settled(&home);
}

/// Whatever takes its place: nobody but nhmt has written it.
#[test]
fn a_copy_that_becomes_a_link_leaves_no_backup() {
    let link = r#"{".config/a/b":{"text":"link\n"},".ssh/config":{"text":"ssh\n"}}"#;
    let equal = r#"{".config/a/b":{"text":"one\n"},".ssh/config":{"text":"ssh\n"}}"#;
    let above = r#"{".config/a":{"text":"leaf\n"},".ssh":{"text":"leaf\n"}}"#;
    let below = r#"{".config/a/b/c":{"text":"below\n"},".ssh/config":{"text":"ssh\n"}}"#;
    for other in [link, equal, above, below] {
        let mut home = home(COPY);
        realize(&home);
        home.set_manifest(other);
        let done = realize(&home);
        assert_eq!(done["backed_up"], 0, "{other} {done}");
        assert!(home.backups().is_empty(), "{other} {:?}", home.backups());
        assert!(!home.at(".local/state/nhmt/backups/2").exists(), "{other}");
        home.run(["doctor"]).success();
        is_settled(&home);
    }
    // One that was edited is the person's.
    let mut home = home(COPY);
    realize(&home);
    home.write(".config/a/b", "mine\n");
    home.set_manifest(link);
    let done = realize(&home);
    assert_eq!(done["backed_up"], 1, "{done}");
    assert!(home.backups().into_values().eq(["mine\n".to_owned()]));
}

#[test]
fn an_edited_copy_is_drift_and_kept() {
    let mut home = home(COPY);
    realize(&home);
    home.write(".config/a/b", "mine\n");
    assert_eq!(drift(&home), "edited");
    home.run(["diff"])
        .success()
        .stderr_has("~/.config/a/b was edited");
    home.run(["realize", "--dry-run"])
        .success()
        .stderr_has("was edited");
    assert_eq!(home.read(".config/a/b"), "mine\n");
    realize(&home);
    assert_eq!(home.read(".config/a/b"), "one\n");
    assert!(home.backups().into_values().any(|text| text == "mine\n"));
    is_settled(&home);
    // No longer declared, it is the person's.
    home.write(".config/a/b", "mine again\n");
    home.set_manifest(r#"{".ssh/config":{"text":"ssh\n","method":"copy"}}"#);
    home.run(["realize"])
        .success()
        .stderr_has("it is no longer declared, so it stays");
    assert_eq!(home.read(".config/a/b"), "mine again\n");
    is_settled(&home);
}

#[test]
fn bits_that_a_person_set_stay_until_others_are_declared() {
    let mut home = home(COPY);
    realize(&home);
    let set = |bits| {
        fs::set_permissions(home.at(".config/a/b"), fs::Permissions::from_mode(bits)).unwrap();
    };
    set(0o644);
    home.set_manifest(&COPY.replace("one", "two"));
    realize(&home);
    assert_eq!(
        (
            home.read(".config/a/b").as_str(),
            mode(&home, ".config/a/b")
        ),
        ("two\n", 0o644)
    );
    home.set_manifest(&COPY.replace("one", "two").replace("0600", "0400"));
    realize(&home);
    assert_eq!(mode(&home, ".config/a/b"), 0o400);
}

#[test]
fn a_foreign_file_is_in_the_way_unless_it_is_equal() {
    let home = home(COPY)
        .file(".config/a/b", "theirs\n")
        .file(".ssh/config", "ssh\n");
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/.config/a/b is a file that nhmt did not put there");
    assert_eq!(home.read(".config/a/b"), "theirs\n");
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read(".config/a/b"), "one\n");
    assert_eq!(
        home.backups().into_values().collect::<Vec<_>>(),
        ["theirs\n"]
    );
    is_settled(&home);
}

#[test]
fn a_file_that_was_equal_stays_the_persons() {
    let mut home = home(COPY).file(".ssh/config", "ssh\n");
    realize(&home);
    home.set_manifest(&COPY.replace("ssh\\n", "new\\n"));
    realize(&home);
    assert_eq!(home.read(".ssh/config"), "new\n");
    assert!(home.backups().into_values().any(|text| text == "ssh\n"));
}

pub(super) const MERGE: &str =
    r#"{"s.json":{"format":"json","value":{"a":{"b":1},"l":[1]},"method":"merge"}}"#;

#[test]
fn a_seed_is_written_once() {
    let seed = r#"{"s":{"text":"first","method":"seed","permissions":"0600"},"t":{"text":"x","method":"seed"}}"#;
    let mut home = home(seed).file("t", "theirs");
    realize(&home);
    assert_eq!(
        (home.read("s").as_str(), mode(&home, "s")),
        ("first", 0o600)
    );
    assert_eq!(home.read("t"), "theirs");
    home.write("s", "grown");
    is_settled(&home);
    home.set_manifest(&seed.replace("first", "second"));
    realize(&home);
    assert_eq!(home.read("s"), "grown");
    fs::remove_file(home.at("s")).unwrap();
    is_settled(&home);
    assert!(!home.at("s").exists());
    home.set_manifest("{}");
    realize(&home);
    assert_eq!(home.read("t"), "theirs");
    home.set_manifest(seed);
    realize(&home);
    assert_eq!(
        home.read("s"),
        "first",
        "declared anew, it is written once again"
    );
}

#[test]
fn every_method_follows_every_other() {
    let one = |method: &str| match method {
        "merge" => r#"{"d/f":{"format":"json","value":{"a":1},"method":"merge"}}"#.to_owned(),
        method => format!(r#"{{"d/f":{{"text":"{{\"a\":1}}\n","method":"{method}"}}}}"#),
    };
    let methods = ["link", "copy", "merge", "block", "seed"];
    for from in methods {
        for to in methods.into_iter().filter(|to| *to != from) {
            let mut home = home(&one(from));
            realize(&home);
            home.set_manifest(&one(to));
            let run = home.run(["realize", "--json"]);
            // A block or a seed is a file of the person's, which is not taken.
            if ["block", "seed"].contains(&from)
                && ["link", "copy", "merge"].contains(&to)
                && run.code() == Some(3)
            {
                home.run(["realize", "-b"]).success();
            } else {
                run.success();
            }
            assert_eq!(is_link(&home, "d/f"), to == "link", "{from} to {to}");
            is_settled(&home);
            home.run(["rollback", "-b"]).success();
            assert_eq!(
                is_link(&home, "d/f"),
                from == "link",
                "{from} to {to} and back"
            );
            home.set_manifest(&one(from));
            is_settled(&home);
        }
    }
}

#[test]
fn files_and_directories_follow_each_other() {
    let file = r#"{"d":{"text":"file","method":"copy"}}"#;
    let inside = r#"{"d/e/f":{"text":"inner","method":"copy"},"d/g":{"text":"link"}}"#;
    let link = r#"{"d":{"text":"link"}}"#;
    for (from, to) in [
        (file, inside),
        (inside, file),
        (inside, link),
        (link, inside),
    ] {
        let mut home = home(from);
        realize(&home);
        home.set_manifest(to);
        realize(&home);
        if to == inside {
            assert_eq!(home.read("d/e/f"), "inner");
            assert!(is_link(&home, "d/g") && !is_link(&home, "d/e/f"));
        } else {
            assert_eq!(home.read("d"), if to == file { "file" } else { "link" });
        }
        is_settled(&home);
        home.run(["rollback"]).success();
        home.set_manifest(from);
        is_settled(&home);
    }
}

#[test]
fn a_file_above_is_in_the_way() {
    let home = home(COPY).file(".config", "a file");
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/.config is a file, but managed files are to lie below it");
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read(".config/a/b"), "one\n");
    assert!(home.backups().into_values().any(|text| text == "a file"));
    is_settled(&home);
}

#[test]
fn a_lost_or_damaged_memory_loses_nothing() {
    for damage in ["", "copy 1 600 zz\n\u{fffd}"] {
        let mut home = home(COPY);
        realize(&home);
        home.write(".local/state/nhmt/written", damage);
        is_settled(&home);
        home.write(".local/state/nhmt/written", damage);
        home.set_manifest(&COPY.replace("one", "two"));
        home.run(["realize"]).exit(3);
        assert_eq!(home.read(".config/a/b"), "one\n");
        home.run(["realize", "-b"]).success();
        assert!(home.backups().into_values().any(|text| text == "one\n"));
    }
}

#[test]
fn a_file_that_a_program_has_open_is_left_to_it() {
    let mut home = home(MERGE).file("s.json", "{\"z\":1}\n");
    let open = fs::OpenOptions::new()
        .append(true)
        .open(home.at("s.json"))
        .unwrap();
    let inode = open.metadata().unwrap().ino();
    let outcome = home.run(["realize"]);
    outcome
        .success()
        .stderr_has("~/s.json is being written by another program, and was left as it is");
    assert_eq!(home.read("s.json"), "{\"z\":1}\n");
    assert_eq!(home.at("s.json").metadata().unwrap().ino(), inode);
    drop(open);
    realize(&home);
    assert!(home.read("s.json").contains("\"l\": [1]"));
    home.set_manifest("{}");
    realize(&home);
    assert_eq!(
        serde_json::from_str::<Value>(&home.read("s.json")).unwrap(),
        json!({"z":1})
    );
}

#[test]
fn other_names_of_the_file_and_odd_things_in_the_way_are_kept() {
    let home = home(COPY);
    fs::create_dir_all(home.at(".config/a")).unwrap();
    symlink("/nowhere", home.at(".config/a/b")).unwrap();
    home.run(["realize"])
        .exit(3)
        .stderr_has("is a symbolic link that nhmt did not make");
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read(".config/a/b"), "one\n");
    fs::remove_file(home.at(".config/a/b")).unwrap();
    fs::create_dir(home.at(".config/a/b")).unwrap();
    home.write(".config/a/b/inside", "theirs");
    assert_eq!(drift(&home), "replaced-by-directory");
    realize(&home);
    assert!(home.backups().into_values().any(|text| text == "theirs"));
    is_settled(&home);
}
