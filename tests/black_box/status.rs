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
