//! What is written from values, read by programs of other languages.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::support::{Home, Outcome};

/// Strings that one format or another could take for something else.
const ODD: [&str; 44] = [
    "",
    " ",
    " lead",
    "trail ",
    "two\nlines",
    "end\n",
    "\n",
    "\ttab",
    "cr\r\nlf",
    "nul-ish \u{1}",
    "bell\u{7}",
    "del\u{7f}",
    "nel\u{85}",
    "ls\u{2028}",
    "bom\u{feff}",
    "grüße",
    "日本",
    "\u{1f600}",
    "\"quoted\"",
    "it's",
    "back\\slash",
    "$HOME ${x}",
    "#comment",
    "a # b",
    ";comment",
    "a ; b",
    "key: value",
    "- item",
    "[section]",
    "{brace}",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "null",
    "~",
    "1",
    "1e3",
    "0x1f",
    "12:30",
    "2026-11-20",
    "!tag",
    "&anchor *alias",
];

/// A string: an odd one, or any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&ODD[..]).prop_map(str::to_owned),
        "\\PC{0,12}",
        "[a-z0-9 .:'\"#\\\\=\\[\\]{}!&*|>%@`-]{0,16}",
    ]
}

/// A value that all of JSON, TOML and YAML can hold.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![text(), "[a-z][a-z0-9-]{0,8}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The same values in every run: `count` of them, and all odd strings, as
/// values and as names.
fn values(count: usize) -> Value {
    let mut runner = TestRunner::deterministic();
    let mut all = Map::new();
    for number in 0..count {
        let tree = value().new_tree(&mut runner).unwrap();
        all.insert(format!("v{number}"), tree.current());
    }
    for (number, odd) in ODD.into_iter().enumerate() {
        all.insert(format!("odd{number}"), json!(odd));
        let named = json!({ odd: number });
        all.insert(format!("named{number}"), named);
    }
    Value::Object(all)
}

/// Realizes `value` in a format, and gives what a program reads in the file.
fn read_by(format: &str, value: &Value, program: &[&str]) -> Value {
    let mut home = Home::fast();
    home.declare(&json!({ "files": { "file": { "format": format, "value": value } } }));
    home.run(["realize"]).success();
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).arg(home.at("file"));
    Outcome::of(command.env("PYTHONUTF8", "1")).success().json()
}

/// Fails with the first values that differ, and not with all there are.
fn assert_same(read: &Value, written: &Value) {
    let (read, written) = (read.as_object().unwrap(), written.as_object().unwrap());
    for (name, value) in written {
        assert_eq!(&read[name], value, "{name}");
    }
    assert_eq!(read.len(), written.len());
}

fn python(module: &str, read: &str) -> String {
    format!("import json, sys, {module}\nprint(json.dumps({read}))")
}

#[test]
fn jq_reads_json() {
    let values = values(300);
    // Its numbers are floats, which hold no integer of 64 bits.
    let text = values.to_string();
    let read = read_by("json", &values, &["jq", "-cS", "."]);
    let mut jq = Command::new("jq");
    let mut child = jq
        .args(["-cS", "."])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("jq, of the package jq");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_same(&read, &serde_json::from_slice(&output.stdout).unwrap());
    let code = python("io", "json.load(open(sys.argv[1]))");
    assert_same(
        &read_by("json", &values, &["python3", "-c", &code]),
        &values,
    );
}

#[test]
fn python_reads_toml() {
    let values = values(300);
    let code = python("tomllib", "tomllib.load(open(sys.argv[1], 'rb'))");
    assert_same(
        &read_by("toml", &values, &["python3", "-c", &code]),
        &values,
    );
}

/// `PyYAML` reads YAML 1.1, in which `yes`, `12:30` and dates are no strings:
/// what is a string for us has to be one for older programs too.
#[test]
fn python_reads_yaml() {
    let values = values(300);
    let code = python(
        "yaml",
        "yaml.safe_load(open(sys.argv[1], encoding='utf-8'))",
    );
    let read = read_by("yaml", &values, &["/usr/bin/python3", "-c", &code]);
    assert_same(&read, &values);
}

#[test]
fn python_reads_ini() {
    let value = json!({
        "section": { "name": "value", "number": 7, "yes": true, "blank": "" },
        "other": { "path": "/a/b:c", "equals": "a=b" },
    });
    let code = python(
        "configparser",
        "(lambda p: (p.read(sys.argv[1]), {s: dict(p[s]) for s in p.sections()})[1])(configparser.RawConfigParser())",
    );
    assert_eq!(
        read_by("ini", &value, &["python3", "-c", &code]),
        json!({
            "section": { "name": "value", "number": "7", "yes": "true", "blank": "" },
            "other": { "path": "/a/b:c", "equals": "a=b" },
        })
    );
}

#[test]
fn git_reads_its_configuration() {
    let mut runner = TestRunner::deterministic();
    let mut names = Map::new();
    for number in 0..200 {
        let text = text().new_tree(&mut runner).unwrap().current();
        names.insert(format!("v{number}"), json!(text));
    }
    for (number, odd) in ODD.into_iter().enumerate() {
        names.insert(format!("odd{number}"), json!(odd));
    }
    // It has no form for other control characters; nhmt says so.
    let is_held = |c: char| !c.is_ascii_control() || c == '\n' || c == '\t';
    names.retain(|_, value| value.as_str().unwrap().chars().all(is_held));
    assert!(names.len() > 200, "{}", names.len());
    let mut home = Home::fast();
    let value = json!({ "all": names, "url": { "git@host:": { "insteadOf": ["a", "b"] } } });
    home.declare(&json!({ "files": { "file": { "format": "git-config", "value": value } } }));
    home.run(["realize"]).success();
    let file = home.at("file");
    for (name, wanted) in &names {
        assert_eq!(
            one(&file, &format!("all.{name}")),
            wanted.as_str().unwrap(),
            "{name}"
        );
    }
    let mut git = Command::new("git");
    let all = git
        .args(["config", "--file"])
        .arg(&file)
        .args(["--get-all", "url.git@host:.insteadOf"]);
    assert_eq!(Outcome::of(all).success().stdout(), "a\nb\n");
}

/// What git has for a name, byte for byte.
fn one(file: &Path, name: &str) -> String {
    let mut git = Command::new("git");
    git.args(["config", "--null", "--file"])
        .arg(file)
        .args(["--get", name]);
    let text = Outcome::of(&mut git).success().stdout();
    text.strip_suffix('\0').unwrap().to_owned()
}

#[test]
fn a_shell_reads_keys_and_values() {
    let value = json!({ "NAME": "value", "NUMBER": 7, "FLAG": true });
    let mut home = Home::fast();
    home.declare(&json!({ "files": { "file": { "format": "key-value", "value": value } } }));
    home.run(["realize"]).success();
    let text = fs::read_to_string(home.at("file")).unwrap();
    let mut shell = Command::new("sh");
    shell
        .arg("-euc")
        .arg(format!("{text}\necho \"$NAME $NUMBER $FLAG\""));
    assert_eq!(Outcome::of(&mut shell).success().stdout(), "value 7 true\n");
}
