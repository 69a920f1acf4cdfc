//! The main job: a manifest becomes the home.

use std::fs;

use crate::support::Home;

const TWO: &str =
    r#"{".bashrc":{"text":"export A=1\n"},".config/app/x.toml":{"format":"toml","value":{"a":1}}}"#;

#[test]
fn files_appear_and_the_summary_says_what_was_done() {
    let home = Home::new().manifest(TWO);
    home.run(["realize"])
        .success()
        .stdout_has("generation 1")
        .stdout_has("2 created");
    assert_eq!(home.read(".bashrc"), "export A=1\n");
    assert_eq!(home.read(".config/app/x.toml"), "a = 1\n");
    assert!(home.is_managed(".bashrc"));
    assert!(home.is_managed(".config/app/x.toml"));
}

#[test]
fn json_has_the_promised_form() {
    let home = Home::new().manifest(TWO);
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["generation"], 1);
    assert_eq!(json["previous"], serde_json::Value::Null);
    assert_eq!(json["changed"], true);
    assert_eq!(json["links"]["created"], 2);
    assert_eq!(json["links"]["removed"], 0);
    assert_eq!(json["links"]["unchanged"], 0);
    assert_eq!(json["conflicts"], serde_json::json!([]));
    assert!(json["path"].as_str().unwrap().ends_with("-nhmt-home"));
    assert!(json["elapsed_ms"].is_u64());
}

#[test]
fn nothing_to_do_makes_no_generation() {
    let home = Home::new().manifest(TWO);
    home.run(["realize"]).success();
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["changed"], false);
    assert_eq!(json["generation"], 1);
    assert_eq!(json["links"]["unchanged"], 2);
    home.run(["realize"]).success().stdout_has("nothing to do");
}

#[test]
fn what_is_no_longer_declared_goes_with_the_directories_made_for_it() {
    let mut home = Home::new().manifest(TWO).file(".config/mine", "mine");
    home.run(["realize"]).success();
    home.set_manifest(r#"{".bashrc":{"text":"export A=2\n"},".new/deep/file":{"text":"n"}}"#);
    let json = home.run(["switch", "--json"]).success().json();
    assert_eq!(json["generation"], 2);
    assert_eq!(json["previous"], 1);
    assert_eq!(json["links"]["created"], 1);
    assert_eq!(json["links"]["removed"], 1);
    assert_eq!(home.read(".bashrc"), "export A=2\n");
    assert_eq!(home.read(".new/deep/file"), "n");
    assert!(!home.has(".config/app"), "made by nhmt, and empty");
    assert_eq!(home.read(".config/mine"), "mine");
}

#[test]
fn a_directory_of_the_persons_stays_when_it_becomes_empty() {
    let mut home = Home::new().manifest(r#"{".theirs/f":{"text":""}}"#);
    fs::create_dir(home.at(".theirs")).unwrap();
    home.run(["realize"]).success();
    home.set_manifest("{}");
    home.run(["realize"]).success();
    assert!(home.has(".theirs"));
    assert!(!home.has(".theirs/f"));
}

#[test]
fn a_dry_run_and_a_build_change_nothing() {
    let home = Home::new().manifest(TWO).file("mine", "m");
    let before = home.snapshot();
    home.run(["realize", "--dry-run"])
        .success()
        .stdout_has("+ .bashrc");
    let path = home.run(["build", "--no-link"]).success().stdout();
    assert!(path.trim_end().ends_with("-nhmt-home"), "{path}");
    assert_eq!(home.snapshot(), before);
    assert!(!home.has(".local/state/nhmt/current"));
    home.run(["list-generations"])
        .success()
        .stdout_lacks("nhmt-home");
}

#[test]
fn ask_needs_somebody_to_ask() {
    let home = Home::new().manifest(TWO);
    let before = home.snapshot();
    home.run(["realize", "--ask"])
        .exit(1)
        .stderr_has("needs a terminal");
    assert_eq!(home.snapshot(), before);
}

#[test]
fn quiet_prints_nothing_and_progress_is_not_piped() {
    let home = Home::new().manifest(TWO);
    let outcome = home.run(["realize", "--quiet"]).success();
    assert_eq!(outcome.stdout(), "");
    assert_eq!(outcome.stderr(), "");
    let home = Home::new().manifest(TWO);
    let outcome = home.run(["realize"]).success();
    assert_eq!(outcome.stderr(), "", "no progress where no terminal is");
    assert!(!outcome.stdout().contains('\u{1b}'), "no colour either");
    assert_eq!(outcome.stdout().lines().count(), 1, "one line: {outcome}");
}

#[test]
fn a_leaf_becomes_a_directory_and_a_leaf_again() {
    let mut home = Home::new().manifest(r#"{".x":{"text":"leaf"}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{".x/a":{"text":"1"},".x/b/c":{"text":"2"}}"#);
    home.run(["realize"]).success();
    assert_eq!(home.read(".x/a") + &home.read(".x/b/c"), "12");
    assert!(home.is_managed(".x/a"));
    home.set_manifest(r#"{".x":{"text":"leaf again"}}"#);
    home.run(["realize"]).success();
    assert_eq!(home.read(".x"), "leaf again");
    assert!(home.is_managed(".x"));
    home.run(["rollback"]).success();
    assert_eq!(home.read(".x/b/c"), "2");
}

#[test]
fn sources_keep_their_odd_names() {
    let names = ["a@b.service", "with space", "x#y", ".hidden", "grüße"];
    let mut home = Home::new();
    for name in names {
        home.write_source(format!("files/{name}"), format!("I am {name}"));
    }
    let files = home.outside("configuration/files");
    home.set_manifest(&format!(
        r#"{{"all":{{"source":"{0}","recursive":true}},"whole":{{"source":"{0}"}}}}"#,
        files.display()
    ));
    home.run(["realize"]).success();
    for name in names {
        assert_eq!(home.read(&format!("all/{name}")), format!("I am {name}"));
        assert_eq!(home.read(&format!("whole/{name}")), format!("I am {name}"));
        assert!(home.is_managed(&format!("all/{name}")));
    }
    assert!(home.is_managed("whole"));
}

#[test]
fn a_tree_built_again_has_the_same_name() {
    let one = Home::new().manifest(TWO);
    let first = one.run(["build", "--no-link"]).success().stdout();
    let second = one.run(["build", "--no-link"]).success().stdout();
    assert_eq!(first, second);
}

#[test]
fn another_homes_manifest_is_refused_and_home_overrides_it() {
    let mut home = Home::new();
    home.set_configuration(
        "home.json",
        r#"{"version":1,"home":{"username":"alice","directory":"/home/alice"},"files":{"f":{"text":"x"}}}"#,
    );
    home.run(["realize"])
        .exit(1)
        .stderr_has("/home/alice")
        .stderr_has("--home");
    assert!(!home.has("f"));
    let path = home.path();
    home.run(["realize", "--home", path.to_str().unwrap()])
        .success();
    assert_eq!(home.read("f"), "x");
}

#[test]
fn the_minimal_example_works_as_it_is() {
    let home = Home::new();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/minimal/home.json");
    let here = home.path();
    home.run_bare(["realize", "-f", manifest, "--home", here.to_str().unwrap()])
        .success();
    assert!(home.read(".inputrc").contains("editing-mode vi"));
    let hello = std::process::Command::new(home.at(".local/bin/hello")).output();
    assert!(hello.unwrap().stdout.starts_with(b"Hello"));
    let settings: toml::Table = home.read(".config/example/settings.toml").parse().unwrap();
    assert_eq!(settings["editor"]["tab-width"].as_integer(), Some(4));
}

#[test]
fn one_home_may_be_spelled_with_more_slashes() {
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{"f":{"text":"2"}}"#);
    let spelled = format!("/{}//", home.path().display());
    let home = home.env("HOME", &spelled);
    home.run(["realize"]).success().stdout_lacks("backed up");
    assert!(home.is_managed("f"));
    assert_eq!(home.read("f"), "2");
}

#[test]
fn a_home_by_its_other_name_is_told_to_keep_to_one() {
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    std::os::unix::fs::symlink(home.path(), home.outside("other")).unwrap();
    let other = home.outside("other");
    home = home.env("HOME", other.to_str().unwrap());
    home.run(["realize"])
        .exit(1)
        .stderr_has("two names of one directory")
        .stderr_has(&format!("--home {}", home.path().display()));
    assert!(!home.has("f"));
}

#[test]
fn the_profile_is_no_managed_file() {
    let home = Home::new().manifest(r#"{"p/nhmt-2-link":{"text":"1"}}"#);
    let profile = home.at("p/nhmt");
    let profile = profile.to_str().unwrap();
    home.run(["realize", "--profile", profile])
        .exit(1)
        .stderr_has("~/p/nhmt-2-link is managed");
    assert!(!home.has("p"));
    home.run(["realize"]).success();
}
