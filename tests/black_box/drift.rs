//! Managed paths that are no longer what nhmt left there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::Home;

fn realized() -> Home {
    let home = Home::new().manifest(r#"{"f":{"text":"wanted"},"g":{"text":"g"}}"#);
    home.run(["realize"]).success();
    home
}

/// As an editor does it: a new file, renamed over the link.
fn replace(home: &Home, path: &str, content: &str) {
    home.write("new", content);
    fs::rename(home.at("new"), home.at(path)).unwrap();
}

#[test]
fn a_replaced_link_comes_back_and_the_file_is_kept() {
    let home = realized();
    replace(&home, "f", "mine");
    home.run(["status"])
        .success()
        .stdout_has("~/f was replaced by a file");
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["changed"], false, "the same generation");
    assert_eq!(home.read("f"), "wanted");
    assert!(home.backups().into_values().any(|text| text == "mine"));
    assert_eq!(
        home.run(["status", "--json"]).json()["drift"],
        serde_json::json!([])
    );
}

#[test]
fn a_deleted_link_comes_back() {
    let home = realized();
    fs::remove_file(home.at("f")).unwrap();
    let json = home.run(["status", "--json"]).success().json();
    assert_eq!(json["drift"][0]["path"], "f");
    home.run(["realize"]).success();
    assert_eq!(home.read("f"), "wanted");
}

#[test]
fn a_file_at_a_path_that_is_no_longer_wanted_stays() {
    let mut home = realized();
    replace(&home, "f", "mine");
    home.set_manifest(r#"{"g":{"text":"g"}}"#);
    home.run(["realize"]).success();
    assert_eq!(home.read("f"), "mine");
}

#[test]
fn every_version_of_a_drifting_file_is_kept() {
    let home = realized();
    for number in 0..3 {
        replace(&home, "f", &format!("mine {number}"));
        home.run(["realize"]).success();
    }
    let kept: Vec<_> = home.backups().into_values().collect();
    for number in 0..3 {
        assert!(kept.contains(&format!("mine {number}")), "{kept:?}");
    }
}

#[test]
fn a_damaged_index_of_the_tree_in_force_stops_nobody() {
    let mut home = realized();
    let index = home.at(".local/state/nhmt/current/index");
    fs::set_permissions(&index, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&index, "cut").unwrap();
    home.set_manifest(r#"{"f":{"text":"newer"}}"#);
    home.run(["realize"]).success().stderr_has("damaged");
    assert_eq!(home.read("f"), "newer");
}
