//! Manifests with a fault, each named so that it can be found.

use crate::support::Home;

#[track_caller]
fn rejected(files: &str, said: &[&str]) {
    let home = Home::new().manifest(files);
    let before = home.snapshot();
    let mut outcome = home.run(["realize"]).exit(4).stderr_has("home.json");
    for text in said {
        outcome = outcome.stderr_has(text);
    }
    assert_eq!(home.snapshot(), before);
}

#[test]
fn not_json() {
    rejected("{", &["line 1"]);
}

#[test]
fn a_value_of_the_wrong_type() {
    rejected(
        r#"{"a":{"text":1}}"#,
        &["files.a.text", "expected a string"],
    );
}

#[test]
fn an_unknown_field_by_name() {
    rejected(r#"{"a":{"txet":"x"}}"#, &["txet", "files.a"]);
}

#[test]
fn a_target_that_leaves_the_home() {
    rejected(r#"{"/etc/x":{"text":""}}"#, &["/etc/x", "absolute"]);
    rejected(r#"{"a/../../x":{"text":""}}"#, &["a/../../x", "`..`"]);
}

#[test]
fn one_target_twice() {
    rejected(r#"{"a":{"text":""},"a":{"text":"2"}}"#, &["`a`", "twice"]);
}

#[test]
fn one_target_below_another() {
    rejected(
        r#"{"a":{"text":""},"a/b":{"text":"2"}}"#,
        &["a/b", "below", "\"a\""],
    );
}

#[test]
fn a_missing_source() {
    rejected(
        r#"{"a":{"source":"/not/here","declaredIn":["home.file.a"]}}"#,
        &["/not/here", "\"a\"", "home.file.a"],
    );
}

#[test]
fn a_relative_source() {
    rejected(r#"{"a":{"source":"./here"}}"#, &["./here", "absolute"]);
}

#[test]
fn a_value_that_its_format_cannot_hold() {
    rejected(
        r#"{"x.toml":{"format":"toml","value":{"a":{"b":[1,null]}}}}"#,
        &["x.toml", "a.b[1]", "null"],
    );
}

#[test]
fn a_value_too_deep() {
    let deep = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    rejected(
        &format!(r#"{{"x":{{"format":"json","value":{deep}}}}}"#),
        &["deep"],
    );
}

#[test]
fn a_later_version() {
    let mut home = Home::new();
    home.set_configuration(
        "home.json",
        r#"{"version":7,"home":{"username":"u","directory":"/h"}}"#,
    );
    home.run(["realize"])
        .exit(4)
        .stderr_has("version 7")
        .stderr_has("newer nhmt");
}
