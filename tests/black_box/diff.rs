//! What differs, before it is realized and between generations.

use serde_json::json;

use crate::support::Home;

fn realized() -> Home {
    let mut home = Home::new().manifest(r#"{"f":{"text":"one\ntwo\n"},"gone":{"text":""}}"#);
    home.run(["realize"]).success();
    home.set_manifest(r#"{"f":{"text":"one\n2\n"},"come":{"text":""}}"#);
    home
}

#[test]
fn the_configuration_against_the_current_generation() {
    let home = realized();
    home.run(["diff"])
        .success()
        .stdout_has("+ come")
        .stdout_has("- gone")
        .stdout_has("~ f")
        .stdout_has("-two\n+2\n");
    assert_eq!(home.read("f"), "one\ntwo\n");
}

#[test]
fn json_and_exit_code() {
    let home = realized();
    let json = home.run(["diff", "--json"]).success().json();
    assert_eq!(
        json["files"],
        json!({"added": ["come"], "removed": ["gone"], "changed": ["f"]})
    );
    assert!(json["packages"].is_object() && json["state"].is_object());
    assert!(json["services"].is_object());
    home.run(["diff", "--exit-code"]).exit(1);
    home.run(["realize"]).success();
    let outcome = home.run(["diff", "--exit-code"]).success();
    assert_eq!(outcome.stdout(), "", "nothing differs, nothing is printed");
}

#[test]
fn between_generations() {
    let home = realized();
    home.run(["realize"]).success();
    home.run(["diff", "1", "2"]).success().stdout_has("+ come");
    home.run(["diff", "2", "1"]).success().stdout_has("- come");
    home.run(["diff", "1"]).success().stdout_has("+ come");
    home.run(["diff", "1", "8"])
        .exit(1)
        .stderr_has("no generation 8");
}

#[test]
fn before_the_first_generation_everything_is_new() {
    let home = Home::new().manifest(r#"{"f":{"text":"one\n"}}"#);
    home.run(["diff"]).success().stdout_has("+ f");
    home.run(["diff", "--verbose"]).success().stdout_has("+one");
}

#[test]
fn drift_is_shown_beforehand() {
    let home = Home::new().manifest(r#"{"f":{"text":"one\n"}}"#);
    home.run(["realize"]).success();
    std::fs::remove_file(home.at("f")).unwrap();
    home.write("f", "mine");
    home.run(["diff"]).success().stderr_has("drift: ~/f ");
}
