//! What would be lost with a home.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Home, Outcome};

/// What a program is told to be at risk, sorted.
pub fn paths(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let all = json["at_risk"].as_array().unwrap().iter();
    let mut all: Vec<_> = all
        .map(|one| one["path"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

fn at_risk(home: &Home) -> Vec<String> {
    paths(&home.run_bare(["status", "--at-risk", "--json"]).success())
}

#[test]
fn a_home_in_which_all_is_managed_has_nothing_at_risk() {
    let home = Home::new().manifest(
        r#"{"a/f":{"text":"1"},"copy":{"text":"2","method":"copy"},
            "seed":{"text":"3","method":"seed"},
            "m.json":{"format":"json","value":{"ours":1},"method":"merge"},
            "rc":{"text":"line","method":"block"}}"#,
    );
    home.run(["realize"]).success();
    assert_eq!(at_risk(&home), [""; 0]);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stdout_has("generation 1")
        .stdout_has("nothing is at risk");
}

#[test]
fn what_a_person_made_and_changed_is_at_risk() {
    let home = Home::new()
        .file("notes", "mine")
        .file("rc", "my line\n")
        .link("elsewhere", "/nowhere")
        .manifest(
            r#"{"a/f":{"text":"1"},"copy":{"text":"2","method":"copy"},
            "seed":{"text":"3","method":"seed"},
            "rc":{"text":"line","method":"block"}}"#,
        );
    home.run(["realize"]).success();
    home.write("copy", "2, and more");
    home.write("seed", "3, and more");
    home.write("a/own", "x");
    fs::remove_file(home.at("a/f")).unwrap();
    home.write("a/f", "saved by a program");
    let expected = ["a/f", "a/own", "copy", "elsewhere", "notes", "rc", "seed"];
    assert_eq!(at_risk(&home), expected);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stdout_has("at risk: 7 files")
        .stdout_has("are neither managed nor persisted")
        .stdout_has("~/notes");
}

#[test]
fn without_a_generation_everything_is() {
    let home = Home::new().file("d/f", "x");
    assert_eq!(at_risk(&home), ["d/f"]);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stdout_has("no generation is in force")
        .stdout_has("at risk: 1 file, 1 byte is neither managed nor persisted")
        .stdout_has("~/d/");
}

#[test]
fn it_is_told_by_directories_the_largest_first() {
    let home = Home::new()
        .file("small/a", "x")
        .file("large/a", &"x".repeat(3000))
        .file("large/b/c", &"x".repeat(3000))
        .file(".config/app/a", "xx");
    let old = SystemTime::now() - Duration::from_hours(72);
    for path in ["large/a", "large/b/c", ".config/app/a"] {
        let file = fs::File::options().write(true).open(home.at(path)).unwrap();
        file.set_modified(old).unwrap();
    }
    let text = home.run_bare(["status", "--at-risk"]).success().stdout();
    let at = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(at(&text, "~/large/") < at(&text, "~/.config/app/"));
    assert!(at(&text, "~/.config/app/") < at(&text, "~/small/"));
    assert!(
        text.contains("2 files") && text.contains("5.8 KiB"),
        "{text}"
    );
    assert!(text.contains("3 days"), "{text}");
    let newest = home.run_bare(["status", "--at-risk", "--sort", "newest"]);
    let text = newest.success().stdout();
    assert!(at(&text, "~/small/") < at(&text, "~/large/"));
    let json = home.run_bare(["status", "--at-risk", "--json"]).success();
    let json = json.json();
    assert_eq!(json["generation"], Value::Null);
    let summary = &json["at_risk_summary"];
    assert_eq!(summary["files"], 4);
    assert_eq!(summary["bytes"], 6003);
    let first = &summary["groups"][0];
    assert_eq!(first["path"], "large");
    assert_eq!(first["kind"], "directory");
    assert_eq!(
        (&first["files"], &first["bytes"]),
        (&2.into(), &6000.into())
    );
    assert!(first["newest"].as_str().unwrap().ends_with('Z'));
    let largest = &json["at_risk"][0];
    assert_eq!(largest["kind"], "file");
    assert_eq!(largest["bytes"], 3000);
    assert!(largest["modified"].as_str().unwrap().contains('T'));
}

#[test]
fn only_so_many_lines_are_shown_unless_more_are_wanted() {
    let mut home = Home::new();
    for number in 0..30 {
        home = home.file(&format!("d{number}/f"), "x");
    }
    let outcome = home.run_bare(["status", "--at-risk"]).success();
    outcome
        .stdout_has("and 10 more, 10 bytes; `--verbose` shows all")
        .stdout_lacks("~/d9/");
    home.run_bare(["status", "--at-risk", "-v"])
        .success()
        .stdout_has("~/d9/")
        .stderr_has("~/d9/f");
}

#[test]
fn patterns_of_the_configuration_and_else_nhmts_own_leave_out() {
    let mut home = Home::new()
        .file(".cache/app/a", "x")
        .file("build/x.o", "x")
        .file("build/y", "x");
    home.set_manifest("{}");
    home.run(["realize"]).success();
    assert_eq!(at_risk(&home), ["build/x.o", "build/y"]);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stderr_has("not counted, by a pattern of `nhmt.atRisk.ignore`: ~/.cache");
    home.declare(&json!({ "atRisk": { "ignore": ["*.o", "/build/none"] } }));
    home.run(["realize"]).success();
    assert_eq!(at_risk(&home), [".cache/app/a", "build/y"]);
    let json = home.run_bare(["status", "--at-risk", "--json"]).json();
    assert_eq!(json["at_risk_summary"]["ignored"][0], "build/x.o");
}

#[test]
fn names_that_are_no_text_are_escaped() {
    let home = Home::new();
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff\x1b[2J");
    fs::write(home.at(odd), "x").unwrap();
    assert_eq!(at_risk(&home), ["odd\\xff\\u{1b}[2J"]);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stdout_has("~/odd\\xff\\u{1b}[2J");
}

#[test]
fn a_directory_that_cannot_be_read_is_named() {
    let home = Home::new().file("closed/a", "x").file("open", "x");
    fs::set_permissions(home.at("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    home.give_to_owner();
    home.run_as_owner(["status", "--at-risk"])
        .success()
        .stdout_has("~/open")
        .stderr_has("~/closed cannot be read, so what is in it is not known: Permission denied");
    let json = home.run_as_owner(["status", "--at-risk", "--json"]).json();
    assert_eq!(json["at_risk_summary"]["unreadable"][0]["path"], "closed");
}

#[test]
fn the_profile_and_nhmts_own_are_not_at_risk_also_behind_links() {
    let home = Home::new();
    fs::create_dir(home.at(".dotlocal")).unwrap();
    symlink(".dotlocal", home.at(".local")).unwrap();
    let home = home.manifest(r#"{"f":{"text":"1"}}"#).file("g", "mine");
    home.run(["realize"]).success();
    assert_eq!(at_risk(&home), ["g"]);
    // Somebody else's profile is not nhmt's.
    symlink("/nix/store/x", home.at(".local/state/nix/profiles/profile")).unwrap();
    let theirs = ".dotlocal/state/nix/profiles/profile";
    assert_eq!(at_risk(&home), [theirs, "g"]);
}

#[test]
fn backups_are_named_by_themselves() {
    let home = Home::new()
        .file("f", "in the way")
        .manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize", "-b"]).success();
    assert_eq!(at_risk(&home), [""; 0]);
    home.run_bare(["status", "--at-risk"])
        .success()
        .stderr_has("1 backup, 10 bytes, in")
        .stderr_has("they go with the home's filesystem");
    let json = home.run_bare(["status", "--at-risk", "--json"]).json();
    let backups = &json["at_risk_summary"]["backups"];
    assert_eq!(backups["number"], 1);
    assert_eq!(backups["bytes"], 10);
}

#[test]
fn the_order_is_for_what_is_at_risk() {
    let home = Home::new();
    home.run_bare(["status", "--sort", "newest"])
        .exit(2)
        .stderr_has("--at-risk");
}
