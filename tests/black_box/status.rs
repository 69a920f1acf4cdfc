//! What is in force, and what is no longer as it was left.

use crate::support::Home;

#[test]
fn before_anything_was_realized() {
    let home = Home::new();
    home.run_bare(["status"])
        .success()
        .stdout_has("no generation");
    let json = home.run_bare(["status", "--json"]).success().json();
    assert_eq!(json["generation"], serde_json::Value::Null);
}

#[test]
fn the_generation_and_its_drift() {
    let home = Home::new().manifest(r#"{"a/f":{"text":"1"},"g":{"text":"2"}}"#);
    home.run(["realize"]).success();
    home.run_bare(["status"])
        .success()
        .stdout_has("generation 1")
        .stdout_has("2 links");
    std::fs::remove_dir_all(home.at("a")).unwrap();
    let json = home.run_bare(["status", "--json"]).success().json();
    assert_eq!(json["generation"], 1);
    assert_eq!(json["drift"][0]["path"], "a/f");
    assert!(json["drift"][0]["kind"].is_string());
    home.run_bare(["status"]).success().stdout_has("a/f");
}

#[test]
fn much_drift_is_explained_once() {
    let home = Home::new().manifest(r#"{"a":{"text":"1"},"b":{"text":"1"}}"#);
    home.run(["realize"]).success();
    for path in ["a", "b"] {
        std::fs::remove_file(home.at(path)).unwrap();
    }
    let outcome = home.run_bare(["status"]).success();
    assert_eq!(outcome.stdout().matches("is managed, but gone").count(), 2);
    assert_eq!(outcome.stderr().matches("puts it back").count(), 1);
    let quiet = home.run_bare(["status", "-q"]).success();
    assert_eq!(quiet.stderr(), "");
}
