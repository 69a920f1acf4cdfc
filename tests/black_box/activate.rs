//! Homes that appear from a built tree alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Home, nhmt};

#[test]
fn an_empty_home_is_filled_from_the_profile() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"},"d/g":{"text":"y"}}"#);
    let profile = home.outside("profiles/nhmt");
    let profile = profile.to_str().unwrap();
    home.run(["realize", "--profile", profile]).success();
    // The store of the trees lies with the profile, so that all of this may go.
    wipe(&home);
    home.run_bare(["activate", "--profile", profile]).success();
    assert_eq!(home.read("f") + &home.read("d/g"), "xy");
    assert!(home.is_managed("d/g"));
}

fn wipe(home: &Home) {
    fs::remove_dir_all(home.path()).unwrap();
    fs::create_dir(home.path()).unwrap();
}

/// A configuration with one file, which keeps its generations in `profile`.
fn keeping(home: &mut Home, profile: &Path, text: &str) {
    home.declare(&json!({ "files": { "f": { "text": text } }, "profile": profile }));
}

#[test]
fn the_configuration_says_where_its_generations_are_kept() {
    let mut home = Home::new();
    let profile = home.outside("persist/.nhmt/profile");
    keeping(&mut home, &profile, "one");
    home.run(["realize"]).success();
    keeping(&mut home, &profile, "two");
    home.run(["realize"]).success();
    assert!(home.outside("persist/.nhmt/profile-2-link").is_symlink());
    assert!(!home.at(".local/state/nix").exists() && !home.at(".local/share").exists());
    // Later commands know it from the tree in force.
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read("f"), "one");
    home.run_bare(["list-generations"])
        .success()
        .stdout_has("2");
    // An empty home does not; the tree does.
    wipe(&home);
    home.run_bare(["activate"]).exit(1).stderr_has("--profile");
    let activate = Command::new("sh")
        .arg(profile.join("activate"))
        .env("HOME", home.path())
        .env("PATH", path_with_nhmt(&home))
        .output()
        .unwrap();
    assert!(activate.status.success(), "{activate:?}");
    assert_eq!(home.read("f"), "one");
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["generation"], 3);
}

/// `$PATH` with nhmt on it.
fn path_with_nhmt(home: &Home) -> String {
    let bin = home.outside("bin");
    fs::create_dir(&bin).unwrap();
    symlink(nhmt(), bin.join("nhmt")).unwrap();
    format!("{}:/usr/bin:/bin", bin.display())
}

#[test]
fn a_profile_on_the_command_line_outranks_that_of_the_configuration() {
    let mut home = Home::new();
    let (named, typed) = (home.outside("named"), home.outside("typed"));
    keeping(&mut home, &named, "x");
    home.run(["realize", "--profile", typed.to_str().unwrap()])
        .success();
    assert!(typed.is_symlink() && !named.is_symlink());
}

#[test]
fn generations_that_stay_elsewhere_are_spoken_of() {
    let mut home = Home::new().manifest(r#"{"f":{"text":"x"}}"#);
    home.run(["realize"]).success();
    let profile = home.outside("profile");
    keeping(&mut home, &profile, "y");
    home.run(["realize"])
        .success()
        .stderr_has("those before stay in")
        .stderr_has(".local/state/nix/profiles/nhmt");
    assert!(profile.is_symlink());
    assert_eq!(home.read("f"), "y");
    assert_eq!(home.run(["realize", "--json"]).json()["changed"], false);
}

#[test]
#[cfg(target_os = "linux")]
fn a_home_whose_state_outlives_it_needs_a_profile_that_does() {
    let mut home = Home::fast();
    let lasting = tempfile::tempdir().unwrap();
    let root = lasting.path().join("persist");
    let mut fields = json!({
        "state": [{ "path": ".ssh", "root": root, "kind": "directory" }],
    });
    home.declare(&fields);
    home.run(["realize"])
        .exit(1)
        .stderr_has("lies on a filesystem in memory")
        .stderr_has("persist/.nhmt/profile");
    assert!(!root.exists() && fs::read_link(home.at(".ssh")).is_err());
    fields["profile"] = json!(root.join(".nhmt/profile"));
    home.declare(&fields);
    home.run(["realize"]).success();
    assert!(home.is_managed(".ssh"));
}

#[test]
fn a_built_tree_becomes_a_generation_and_backs_up_by_default() {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"x"}}"#)
        .file("f", "mine");
    let tree = home.run(["build", "--no-link"]).success().stdout();
    home.run_bare(["activate", tree.trim_end()]).success();
    assert_eq!(home.read("f"), "x");
    assert_eq!(home.backups().into_values().collect::<Vec<_>>(), ["mine"]);
    home.run_bare(["list-generations"])
        .success()
        .stdout_has("nhmt-home");
}

#[test]
fn what_is_no_tree_is_refused() {
    let home = Home::new();
    home.run_bare(["activate"])
        .exit(1)
        .stderr_has("no generation");
    home.run_bare(["activate", "/"])
        .exit(1)
        .stderr_has("not a home tree");
}
