//! What was moved out of the way, and how it comes back.

use serde_json::{Value, json};

use crate::support::Home;

fn with_backup() -> Home {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"wanted"},"d/g":{"text":"wanted"}}"#)
        .file("f", "mine")
        .file("d/g", "mine");
    home.run(["realize", "-b"]).success();
    home
}

#[test]
fn they_are_listed() {
    let home = with_backup();
    home.run_bare(["backups", "list"])
        .success()
        .stdout_has("d/g")
        .stdout_has("4 bytes  f\n");
    let json = home
        .run_bare(["backups", "list", "--json"])
        .success()
        .json();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["generation"], 1);
    assert_eq!(json[0]["path"], "d/g");
}

#[test]
fn one_comes_back_in_the_place_of_our_link_only() {
    let home = with_backup();
    home.run_bare(["backups", "restore", "f"]).success();
    assert_eq!(home.read("f"), "mine");
    home.run_bare(["backups", "restore", "nothing"])
        .exit(1)
        .stderr_has("nothing");
    std::fs::remove_file(home.at("d/g")).unwrap();
    home.write("d/g", "newer");
    home.run_bare(["backups", "restore", "d/g"])
        .exit(1)
        .stderr_has("d/g");
    assert_eq!(home.read("d/g"), "newer");
}

#[test]
fn identical_content_is_stored_once() {
    use std::os::unix::fs::MetadataExt;
    let home = with_backup();
    let inode = |path: &str| home.at(path).metadata().unwrap().ino();
    let root = ".local/state/nhmt/backups/1";
    assert_eq!(inode(&format!("{root}/f")), inode(&format!("{root}/d/g")));
}

#[test]
fn expiry_keeps_what_is_younger() {
    let home = with_backup();
    home.run_bare(["backups", "expire", "--older-than", "30d"])
        .success();
    assert_eq!(home.backups().len(), 2);
    home.run_bare(["backups", "expire", "--older-than", "0d"])
        .success();
    assert_eq!(home.backups().len(), 0);
    home.run_bare(["backups", "expire", "--older-than", "soon"])
        .exit(2)
        .stderr_has("30d");
}

#[test]
fn a_path_is_named_as_a_shell_completes_it() {
    let home = with_backup();
    let absolute = home.at("d/g");
    let json = home
        .run_bare(["backups", "restore", absolute.to_str().unwrap(), "--json"])
        .success()
        .json();
    assert_eq!(json["restored"], "d/g");
    assert_eq!(home.read("d/g"), "mine");
    home.run_bare(["backups", "restore", "/etc/passwd"])
        .exit(1)
        .stderr_has("outside the home directory");
    home.run_bare(["backups", "expire", "--older-than", "0d", "-n"])
        .success()
        .stdout_has("would delete 2 backups");
}

/// A manifest with this rule for backups, and the files of [`with_backup`].
fn rule(home: &mut Home, rule: &str, text: &str) {
    let rule: Value = serde_json::from_str(rule).unwrap();
    home.declare(&json!({
        "backups": rule,
        "files": { "f": { "text": text }, "d/g": { "text": "wanted" } },
    }));
}

/// Lets the backups be so many days older.
fn age(home: &Home, days: u64) {
    let items = home.at(".local/state/nhmt/backups/items");
    let text = std::fs::read_to_string(&items).unwrap();
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        let [set, when, path, dot] = words[..] else {
            return line.to_owned();
        };
        let when = when.parse::<u64>().unwrap() - days * 24 * 60 * 60;
        format!("{set} {when} {path} {dot}")
    });
    let text: Vec<_> = lines.collect();
    std::fs::write(items, text.join("\n") + "\n").unwrap();
}

const DELETED: &str = "as `nhmt.backups` of the configuration says";

#[test]
fn nothing_expires_by_itself_unless_the_configuration_says_so() {
    let mut home = with_backup();
    age(&home, 10_000);
    home.set_manifest(r#"{"f":{"text":"2"},"d/g":{"text":"wanted"}}"#);
    let outcome = home.run(["realize"]).success();
    assert!(!outcome.stderr().contains(DELETED), "{outcome}");
    assert_eq!(home.backups().len(), 2);
}

#[test]
fn the_rule_of_the_configuration_is_kept_by_runs_that_change_the_home() {
    let mut home = with_backup();
    age(&home, 30);
    rule(&mut home, r#"{"olderThan":"31d"}"#, "2");
    home.run(["realize"]).success();
    assert_eq!(home.backups().len(), 2);
    age(&home, 1);
    let outcome = home.run(["realize"]).success();
    assert!(
        !outcome.stderr().contains(DELETED),
        "nothing changed: {outcome}"
    );
    assert_eq!(home.backups().len(), 2);
    rule(&mut home, r#"{"olderThan":"31d"}"#, "3");
    home.run(["realize"])
        .success()
        .stderr_has(&format!("deleted 2 backups, 4 bytes, {DELETED}"));
    assert_eq!(home.backups().len(), 0);
}

#[test]
fn what_was_moved_away_in_the_last_day_does_not_expire_by_itself() {
    let mut home = with_backup();
    rule(&mut home, r#"{"olderThan":"0d","maxSize":"0K"}"#, "2");
    home.run(["realize"]).success();
    assert_eq!(home.backups().len(), 2);
    // A person who asks for it gets it.
    home.run_bare(["backups", "expire"])
        .success()
        .stdout_has("deleted 2 backups");
    assert_eq!(home.backups().len(), 0);
}

#[test]
fn without_any_rule_those_older_than_ninety_days_go() {
    let home = with_backup();
    age(&home, 89);
    home.run_bare(["backups", "expire"])
        .success()
        .stdout_has("deleted 0 backups\n");
    age(&home, 1);
    home.run_bare(["backups", "expire", "--dry-run"])
        .success()
        .stdout_has("4 bytes  d/g\n")
        .stdout_has("would delete 2 backups, 4 bytes");
    assert_eq!(home.backups().len(), 2);
    let json = home.run_bare(["backups", "expire", "--json"]).success();
    let json = json.json();
    assert_eq!((&json["expired"], &json["bytes"]), (&2.into(), &4.into()));
    assert_eq!(json["backups"][1]["path"], "f");
}

#[test]
fn a_size_is_kept_to() {
    let home = with_backup();
    home.run_bare(["backups", "expire", "--max-size", "1K"])
        .success()
        .stdout_has("deleted 0 backups\n");
    home.run_bare(["backups", "expire", "--max-size", "0K"])
        .success()
        .stdout_has("deleted 2 backups");
    home.run_bare(["backups", "expire", "--max-size", "much"])
        .exit(2)
        .stderr_has("such as `1G`");
}

/// Killed before each call that changes something, it leaves a list of
/// backups that are whole, and the next time all goes.
#[test]
#[cfg(target_os = "linux")]
fn an_expiry_that_is_killed_leaves_a_list_of_what_is_whole() {
    let mut points = 0;
    for call in ["mkdirat", "renameat2", "renameat", "unlinkat", "fsync"] {
        for number in 1.. {
            let home = Home::new()
                .file("dir/in/side", "mine")
                .file("dir/one", "mine")
                .file("f", "other")
                .manifest(r#"{"dir":{"text":"wanted"},"f":{"text":"wanted"}}"#);
            home.run(["realize", "-b"]).success();
            let kill = format!("{call}:signal=KILL:when={number}");
            let arguments = ["backups", "expire", "--older-than", "0d"];
            let Some(_) = home.run_killed(&kill, arguments) else {
                assert!(number > 1, "{call} is not called");
                break;
            };
            points += 1;
            let listed = home.run_bare(["backups", "list", "--json"]).success();
            for backup in listed.json().as_array().unwrap() {
                let at = std::path::Path::new(backup["location"].as_str().unwrap());
                let whole = match backup["path"].as_str().unwrap() {
                    "dir" => ["in/side", "one"].iter().all(|name| at.join(name).exists()),
                    _ => at.exists(),
                };
                assert!(whole, "{kill}: {backup}");
            }
            home.run_bare(arguments).success();
            assert_eq!(home.backups().len(), 0, "{kill}");
            assert!(!home.has(".local/state/nhmt/backups/.gone"), "{kill}");
        }
    }
    assert!(points > 10, "{points}");
}
