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
    let home = Home::new();
    for (text, said) in [
        ("{", "EOF while parsing an object at line 1"),
        ("{} {}", "missing field `version` at line 1"),
        (r#"{"version":1}"#, "missing field `home` at line 1"),
    ] {
        home.write_source("home.json", text);
        let file = home.outside("configuration/home.json");
        let file = file.to_str().unwrap();
        home.run_bare(["realize", "-f", file])
            .exit(4)
            .stderr_has(&format!("error: {file}: {said}"));
    }
}

#[test]
fn content_of_no_kind_or_of_several() {
    for (file, said) in [
        (
            "{}",
            "files.\"a\": give exactly one of `text`, `source`, `secret`, or `format` with `value`; none is there",
        ),
        (
            r#"{"text":"","source":"/x"}"#,
            "or `format` with `value`; more than one is there",
        ),
        (
            r#"{"text":"","recursive":true}"#,
            "files.\"a\": `recursive` goes with `source` only",
        ),
        (
            r#"{"format":"json"}"#,
            "files.\"a\": `format` needs a `value` beside it",
        ),
        (
            r#"{"value":1}"#,
            "files.\"a\": `value` needs a `format` beside it",
        ),
        (
            r#"{"source":"/etc","recursive":true,"method":"live"}"#,
            "the method live is for one place; leave `recursive` out",
        ),
        (
            r#"{"format":"toml","value":{"x":9223372036854775808}}"#,
            "`x`: 9223372036854775808 is beyond TOML's integers, which have 64 bits with a sign",
        ),
        (
            r#"{"format":"ini","value":{"":{"a":1}}}"#,
            "a section cannot be empty, nor start or end with white space",
        ),
    ] {
        rejected(&format!("{{\"a\":{file}}}"), &[said]);
    }
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

#[test]
fn a_profile_that_is_no_place() {
    for profile in ["profile", "/a/../b", "/", "/a\\nb"] {
        let mut home = Home::new();
        let json = format!(
            r#"{{"version":1,"home":{{"username":"u","directory":"/h"}},"profile":"{profile}"}}"#
        );
        home.set_configuration("home.json", &json);
        home.run(["realize"])
            .exit(4)
            .stderr_has("profile: `")
            .stderr_has("is not an absolute, normalized path");
    }
}

#[test]
fn a_method_without_what_it_needs() {
    let cases = [
        (
            r#""text":"","method":"teleport""#,
            "files.a.method: unknown variant `teleport`",
        ),
        (
            r#""text":"","method":"merge""#,
            "files.\"a\": the method merge needs `format` with `value`, whose keys it enforces",
        ),
        (
            r#""format":"key-value","value":{},"method":"merge""#,
            "the method merge knows json, toml, yaml and ini, and the format is key-value",
        ),
        (
            r#""text":"","method":"live""#,
            "the method live needs `source`, the place that the link leads to",
        ),
        (
            r#""source":"work/x","method":"live""#,
            "`source` is `work/x`, which is not an absolute, normalized path",
        ),
        (
            r#""text":"","block":{"comment":"//"}"#,
            "`block` goes with the method block, and this one is link",
        ),
        (
            r#""text":"","method":"block","block":{"comment":""}"#,
            "`block.comment` is \"\"; write what a comment starts with, on one line, such as `#`",
        ),
        (
            r#""text":"","permissions":"0600""#,
            "`permissions` goes with the methods copy, merge and seed, and this one is link",
        ),
        (
            r#""text":"","method":"copy","permissions":"u+r""#,
            "`permissions` is `u+r`; write octal digits such as `0600`",
        ),
    ];
    for (file, said) in cases {
        rejected(&format!(r#"{{"a":{{{file}}}}}"#), &[said]);
    }
}

#[test]
fn a_directory_where_a_file_is_needed() {
    let home = Home::new();
    std::fs::create_dir(home.at("d")).unwrap();
    let source = home.at("d");
    rejected(
        &format!(
            r#"{{"a":{{"source":{source:?},"method":"block","declaredIn":["home.file.a"]}}}}"#
        ),
        &[
            "/d is a directory, and the method block needs the content of a file (declared by home.file.a)",
        ],
    );
}

#[test]
fn hooks_out_of_order_and_rules_for_backups() {
    let cases = [
        (
            r#""hooks":[{"name":"b","script":"","after":["a"]},{"name":"a","script":""}]"#,
            "hooks.\"b\": it comes after \"a\", which does not stand before it",
        ),
        (
            r#""hooks":[{"name":"a","script":""},{"name":"a","script":""}]"#,
            "hooks.\"a\": it is there twice",
        ),
        (
            r#""hooks":[{"name":"a","script":"","when":1}]"#,
            "unknown field `when`",
        ),
        (
            r#""backups":{"olderThan":"30"}"#,
            "backups.olderThan: `30` is no age: write a number of days, such as `30d`",
        ),
        (
            r#""backups":{"maxSize":"1GB"}"#,
            "backups.maxSize: `1GB` is no size: write a number with K, M, G or T, such as `1G`",
        ),
    ];
    for (extra, said) in cases {
        let mut home = Home::new();
        let manifest =
            format!(r#"{{"version":1,"home":{{"username":"u","directory":"/h"}},{extra}}}"#);
        home.set_configuration("home.json", &manifest);
        home.run(["realize"]).exit(4).stderr_has(said);
    }
}
