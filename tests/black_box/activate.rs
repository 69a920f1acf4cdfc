//! Homes that appear from a built tree alone.

use std::fs;

use crate::support::Home;

#[test]
fn an_empty_home_is_filled_from_the_profile() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"},"d/g":{"text":"y"}}"#);
    let profile = home.outside("profiles/nhmt");
    let profile = profile.to_str().unwrap();
    let kept = home.outside("tree");
    home.run(["realize", "--profile", profile]).success();
    // The home is wiped, all but the store, which a wiped home has elsewhere.
    fs::rename(home.at(".local/share/nhmt/store"), &kept).unwrap();
    fs::remove_dir_all(home.path()).unwrap();
    fs::create_dir_all(home.at(".local/share/nhmt")).unwrap();
    fs::rename(&kept, home.at(".local/share/nhmt/store")).unwrap();
    home.run_bare(["activate", "--profile", profile]).success();
    assert_eq!(home.read("f") + &home.read("d/g"), "xy");
    assert!(home.is_managed("d/g"));
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
