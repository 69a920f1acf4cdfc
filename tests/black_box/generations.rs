//! Generations: going back, going to one, deleting some.

use std::fs;

use serde_json::json;

use crate::support::Home;

fn four() -> Home {
    let mut home = Home::new();
    for number in 1..=4 {
        home.set_manifest(&format!(
            r#"{{"f":{{"text":"{number}"}},"only-{number}":{{"text":""}}}}"#
        ));
        home.run(["realize"]).success();
    }
    home
}

fn numbers(home: &Home) -> Vec<u64> {
    let list = home.run(["list-generations", "--json"]).success().json();
    let generations = list.as_array().unwrap().clone();
    let mut numbers: Vec<_> = generations
        .iter()
        .map(|g| g["number"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers
}

/// How many trees the local store has.
fn trees(home: &Home) -> usize {
    let entries = fs::read_dir(home.at(".local/share/nhmt/store")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| name.to_str().unwrap().ends_with("-nhmt-home"))
        .count()
}

fn current(home: &Home) -> u64 {
    home.run(["status", "--json"]).success().json()["generation"]
        .as_u64()
        .unwrap()
}

#[test]
fn the_list_names_the_current_one() {
    let home = four();
    home.run(["generations"]).success().stdout_has("current");
    let list = home.run(["list-generations", "--json"]).success().json();
    let newest = list
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["number"] == 4)
        .unwrap();
    assert_eq!(newest["current"], true);
    assert!(newest["created"].as_str().unwrap().ends_with('Z'));
    assert!(newest["path"].as_str().unwrap().ends_with("-nhmt-home"));
}

#[test]
fn rollback_goes_back_one_by_one_until_there_is_none() {
    let home = four();
    for number in (1..=3).rev() {
        home.run(["rollback"])
            .success()
            .stdout_has(&format!("generation {number}"));
        assert_eq!(home.read("f"), number.to_string());
        assert!(home.has(&format!("only-{number}")));
        assert!(!home.has(&format!("only-{}", number + 1)));
        assert_eq!(current(&home), number);
    }
    home.run(["rollback"])
        .exit(1)
        .stderr_has("no generation before 1");
    assert_eq!(home.read("f"), "1");
}

#[test]
fn select_goes_anywhere_and_a_later_realize_takes_a_new_number() {
    let mut home = four();
    home.run(["select-generation", "2"]).success();
    assert_eq!(home.read("f"), "2");
    home.set_manifest(r#"{"f":{"text":"five"}}"#);
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["generation"], 5);
    assert_eq!(json["previous"], 2);
    home.run(["select-generation", "9"])
        .exit(1)
        .stderr_has("no generation 9")
        .stderr_has("list-generations");
    assert_eq!(home.read("f"), "five");
}

#[test]
fn selectors_delete_what_they_say_and_never_the_current_one() {
    let home = four();
    home.run(["delete-generations", "1"]).success();
    assert_eq!(numbers(&home), [2, 3, 4]);
    let json = home
        .run(["delete-generations", "+2", "--json"])
        .success()
        .json();
    assert_eq!(json["deleted"], json!([2]));
    home.run(["delete-generations", "4"])
        .exit(1)
        .stderr_has("current");
    home.run(["delete-generations", "30d"]).success();
    assert_eq!(numbers(&home), [3, 4]);
    home.run(["expire-generations", "old"]).success();
    assert_eq!(numbers(&home), [4]);
    home.run(["delete-generations", "sometime"])
        .exit(2)
        .stderr_has("30d");
    home.run(["delete-generations", "77"])
        .exit(1)
        .stderr_has("77");
    assert_eq!(home.read("f"), "4");
}

#[test]
fn ranges_and_dry_runs() {
    let home = four();
    home.run(["delete-generations", "1-3", "--dry-run"])
        .success()
        .stdout_has("would delete 3 generations: 1, 2, 3");
    assert_eq!(numbers(&home), [1, 2, 3, 4]);
    home.run(["delete-generations", "1-3"]).success();
    assert_eq!(numbers(&home), [4]);
}

#[test]
fn numbers_are_never_used_again() {
    let mut home = four();
    home.run(["select-generation", "1"]).success();
    home.run(["delete-generations", "old"]).success();
    assert_eq!(numbers(&home), [1]);
    home.set_manifest(r#"{"f":{"text":"later"}}"#);
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["generation"], 5);
}

#[test]
fn the_local_store_forgets_what_no_generation_needs() {
    let home = four();
    assert_eq!(trees(&home), 4);
    home.run(["delete-generations", "old"]).success();
    assert_eq!(trees(&home), 1);
    assert_eq!(home.read("f"), "4");
}

#[test]
fn the_local_store_keeps_what_other_links_name() {
    let mut home = four();
    let profile = home.at("profiles/mine");
    let profile = profile.to_str().unwrap();
    home.run(["select-generation", "1"]).success();
    home.set_manifest(r#"{"f":{"text":"elsewhere"}}"#);
    home.run(["realize", "--profile", profile]).success();
    home.set_manifest(r#"{"f":{"text":"built"}}"#);
    let result = home.outside("result");
    home.run(["build", "-o", result.to_str().unwrap()])
        .success();
    home.write(".local/share/nhmt/store/notes", "mine");
    home.run(["select-generation", "4"]).success();
    home.run(["delete-generations", "old"]).success();
    assert_eq!(home.read(".local/share/nhmt/store/notes"), "mine");
    let built = fs::read_to_string(result.join("home/f")).unwrap();
    assert_eq!(built, "built");
    assert_eq!(trees(&home), 3);
    home.run(["activate", "--profile", profile]).success();
    assert_eq!(home.read("f"), "elsewhere");
}

#[test]
fn what_is_no_profile_is_never_replaced() {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"x"}}"#)
        .file("mine", "mine")
        .link("theirs", "elsewhere");
    let before = home.snapshot();
    for name in ["mine", "theirs"] {
        let profile = home.at(name);
        home.run(["realize", "--profile", profile.to_str().unwrap()])
            .exit(1)
            .stderr_has(&format!("{} is there already", profile.display()));
    }
    assert_eq!(home.snapshot(), before);
}

#[test]
fn a_profile_elsewhere_is_used_when_named() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"}}"#);
    let profile = home.outside("profiles/mine");
    let profile = profile.to_str().unwrap();
    home.run(["realize", "--profile", profile]).success();
    assert!(
        home.outside("profiles/mine-1-link")
            .symlink_metadata()
            .is_ok()
    );
    home.run(["list-generations", "--profile", profile])
        .success()
        .stdout_has("nhmt-home");
}

/// As after a run that could not make the profile name its generation.
fn parted() -> Home {
    let home = four();
    let profile = home.at(".local/state/nix/profiles/nhmt");
    fs::remove_file(&profile).unwrap();
    std::os::unix::fs::symlink("nhmt-3-link", &profile).unwrap();
    home
}

#[test]
fn the_next_run_starts_from_the_generation_that_the_home_is_on() {
    let home = parted();
    assert_eq!(current(&home), 4);
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(
        (&json["generation"], &json["changed"]),
        (&json!(4), &json!(false))
    );
    let profile = home.at(".local/state/nix/profiles/nhmt");
    assert_eq!(
        fs::read_link(profile).unwrap().to_str(),
        Some("nhmt-4-link")
    );
    let home = parted();
    let json = home.run(["rollback", "--json"]).success().json();
    assert_eq!(
        (&json["generation"], &json["previous"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(home.read("f"), "3");
}

#[test]
fn the_generation_that_the_home_is_on_is_not_deleted() {
    let home = parted();
    home.run(["delete-generations", "old"])
        .success()
        .stderr_has("generation 4 stays")
        .stdout_has("deleted 2 generations: 1, 2");
    assert_eq!(numbers(&home), [3, 4]);
    home.run(["select-generation", "4"]).success();
    home.run(["delete-generations", "old"]).success();
    assert_eq!(numbers(&home), [4]);
}
