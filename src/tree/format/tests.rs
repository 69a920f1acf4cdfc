//! Every format against a reader of it.

use std::collections::BTreeMap;
use std::process::Command;

use ::ini::{Ini, ParseOption};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn text(format: Format, value: &Value) -> String {
    String::from_utf8(render(format, value).unwrap()).unwrap()
}

fn fault(format: Format, value: &Value) -> String {
    render(format, value).unwrap_err().to_string()
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn string() -> impl Strategy<Value = String> {
    // Anything, and what readers take for something other than a string.
    prop_oneof![
        any::<String>(),
        "[ \\t\n\"'\\\\#;=:a-z\u{85}\u{2028}\u{feff}-]{0,120}",
        r"(yes|no|on|off|null|~|true|-?[0-9]{1,3}([.:_][0-9]{1,2})?|0x1f|1e3|\.inf|=|<<|2001-01-01|)",
    ]
}

fn float() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NORMAL, SUBNORMAL, ZERO};
    prop_oneof![
        NORMAL | SUBNORMAL | ZERO,
        any::<i32>().prop_map(f64::from),
        Just(1e300),
        Just(123_456_789.5)
    ]
}

/// Any value; without null for the formats that have none.
fn value(null: bool) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(move |flag| if null && flag {
            Value::Null
        } else {
            flag.into()
        }),
        any::<i64>().prop_map(Value::from),
        float().prop_map(Value::from),
        string().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(string(), inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn table(null: bool) -> impl Strategy<Value = Value> {
    btree_map(string(), value(null), 0..6).prop_map(|map| map.into_iter().collect())
}

/// What `INI` and `key=value` readers agree on.
fn line() -> impl Strategy<Value = String> {
    r#"[A-Za-z0-9é/"']([A-Za-z0-9é/\\"'=:. #;\t]{0,12}[A-Za-z0-9é/"'])?"#
}

fn ini_of(text: &str) -> Value {
    let options = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        ..ParseOption::default()
    };
    let file = Ini::load_from_str_opt(text, options).unwrap();
    let mut all = serde_json::Map::new();
    for (section, lines) in &file {
        let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, value) in lines {
            keys.entry(key).or_default().push(value);
        }
        match section {
            None => all.extend(
                keys.into_iter()
                    .map(|(key, lines)| (key.to_owned(), json!(lines))),
            ),
            Some(name) => drop(all.insert(name.to_owned(), json!(keys))),
        }
    }
    Value::Object(all)
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn json_goes_both_ways(value in value(true)) {
        let read: Value = serde_json::from_str(&text(Format::Json, &value)).unwrap();
        prop_assert_eq!(read, value);
    }

    #[test]
    fn toml_goes_both_ways(value in table(false)) {
        let rendered = text(Format::Toml, &value);
        let read: Value = ::toml::from_str(&rendered).expect(&rendered);
        prop_assert_eq!(read, value);
    }

    #[test]
    fn yaml_goes_both_ways(value in value(true)) {
        let rendered = text(Format::Yaml, &value);
        let read: Value = serde_saphyr::from_str(&rendered).expect(&rendered);
        prop_assert_eq!(read, value, "{}", rendered);
    }

    #[test]
    fn ini_goes_both_ways(
        general in btree_map("g[a-z]{1,4}", vec(line(), 1..3), 0..3),
        sections in btree_map("S[A-Za-z .:\"]{0,5}s", btree_map("[a-z][a-z ]{0,4}[a-z]", vec(line(), 1..3), 0..3), 0..3),
    ) {
        let mut value = json!(general);
        value.as_object_mut().unwrap().extend(
            sections.into_iter().map(|(name, keys)| (name, json!(keys))));
        prop_assert_eq!(ini_of(&text(Format::Ini, &value)), value);
    }

    #[test]
    fn key_value_goes_both_ways(keys in btree_map("[a-z][a-z.]{0,4}", line(), 0..5)) {
        let read = ini_of(&text(Format::KeyValue, &json!(keys)));
        let expected: BTreeMap<_, _> = keys.iter().map(|(key, line)| (key, [line])).collect();
        prop_assert_eq!(read, json!(expected));
    }

    /// INI has no quoting, so what is not refused must stay its own line.
    #[test]
    fn a_line_format_never_gains_a_line(key in string(), value in string(), section in string()) {
        if let Ok(bytes) = render(Format::KeyValue, &json!({ &key: &value })) {
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), format!("{key}={value}\n"));
        }
        if let Ok(bytes) = render(Format::Ini, &json!({ &section: { &key: &value } })) {
            let lines = format!("[{section}]\n{key}={value}\n");
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), lines);
        }
    }
}

/// What git itself reads from a file with `text`, as (key, value).
fn git_reads(text: &str) -> Vec<(String, String)> {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("config");
    std::fs::write(&file, text).unwrap();
    let output = Command::new("git")
        .args(["config", "--list", "-z", "--file"])
        .arg(&file)
        .output()
        .expect("git is needed for this test");
    assert!(output.status.success(), "{text}\n{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    listed
        .split_terminator('\0')
        .map(|record| record.split_once('\n').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn git_reads_every_value_and_subsection(
        entries in vec((string(), vec(string(), 1..4)), 1..6),
    ) {
        let git = |text: &str| !text.contains(['\0', '\r']);
        let name = |text: &str| git(text) && !text.contains(['\n', '"']);
        let sections: BTreeMap<String, Vec<String>> = entries
            .into_iter()
            .filter(|(sub, values)| name(sub) && values.iter().all(|value| git(value)))
            .collect();
        let value = json!({ "test": sections.iter().map(|(sub, values)| (sub.clone(), json!({ "key": values }))).collect::<serde_json::Map<_, _>>() });
        let expected: Vec<(String, String)> = sections
            .iter()
            .flat_map(|(sub, values)| values.iter().map(move |value| (format!("test.{sub}.key"), value.clone())))
            .collect();
        let rendered = text(Format::GitConfig, &value);
        prop_assert_eq!(git_reads(&rendered), expected, "{}", rendered);
    }
}

#[test]
fn git_config_takes_the_shapes_that_nixpkgs_takes() {
    let value = json!({
        "user": { "name": "Alice \"A\" # ;", "useConfigOnly": true },
        "core": { "compression": 9, "empty": "", "none": [] },
        "url": { "git@example.org:": { "insteadOf": ["https://example.org/", "ex:"] } },
        "branch \"a \\\"b\\\"\"": { "merge": "refs/heads/a" },
        "remote.origin": { "url": " leading" },
        "deep": { "a": { "b": { "key": 0.5 } } },
    });
    let expected = [
        ("branch.a \"b\".merge", "refs/heads/a"),
        ("core.compression", "9"),
        ("core.empty", ""),
        ("deep.a.b.key", "0.5"),
        ("remote.origin.url", " leading"),
        ("url.git@example.org:.insteadof", "https://example.org/"),
        ("url.git@example.org:.insteadof", "ex:"),
        ("user.name", "Alice \"A\" # ;"),
        ("user.useconfigonly", "true"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(git_reads(&text(Format::GitConfig, &value)), expected);
}

#[test]
fn a_value_without_a_form_is_named_by_its_place() {
    use Format::{GitConfig, Ini, KeyValue, Toml};
    let cases = [
        (Toml, json!({"a": {"b": [1, 2, null]}}), "`a.b[2]`: null"),
        (Toml, json!([1]), "a TOML file is a table"),
        (
            Toml,
            json!({"a": u64::MAX}),
            "`a`: 18446744073709551615 is beyond",
        ),
        (
            Ini,
            json!({"a": {"b": {"c": 1}}}),
            "`a.b`: an attribute set",
        ),
        (Ini, json!({"a": {"b": [[1]]}}), "`a.b[0]`: a list"),
        (
            Ini,
            json!({"a": {"b": "x\ny"}}),
            "`a.b`: it has a line break",
        ),
        (
            Ini,
            json!({"a": {"b": "x\u{1b}"}}),
            "`a.b`: it has the control",
        ),
        (
            Ini,
            json!({"a": {"b": "x\\"}}),
            "`a.b`: it ends in a backslash",
        ),
        (
            Ini,
            json!({"a": {"b=c": 1}}),
            "`a.\"b=c\"`: a key cannot have `=`",
        ),
        (
            Ini,
            json!({"a]": {"b": 1}}),
            "`\"a]\"`: the name of a section",
        ),
        (KeyValue, json!({"a": [1]}), "`a`: a list cannot stand"),
        (KeyValue, json!({"a": null}), "`a`: null has no form"),
        (KeyValue, json!({"#a": 1}), "`\"#a\"`: a line that starts"),
        (GitConfig, json!({"name": 1}), "`name`: it stands outside"),
        (
            GitConfig,
            json!({"a_b": {"c": 1}}),
            "`a_b`: this is no name",
        ),
        (
            GitConfig,
            json!({"a": {"c_d": 1}}),
            "`a.c_d`: a git-config key",
        ),
        (
            GitConfig,
            json!({"a": {"b": "x\r"}}),
            "`a.b`: it has the control",
        ),
        (
            GitConfig,
            json!({"a": {"b": [{}]}}),
            "`a.b[0]`: an attribute set",
        ),
        (
            GitConfig,
            json!({"a \"b": {"c": 1}}),
            "is no section header",
        ),
    ];
    for (format, value, expected) in cases {
        let message = fault(format, &value);
        assert!(message.contains(expected), "{format:?} {value}: {message}");
    }
}

#[test]
fn integers_stay_integers_and_floats_floats() {
    let value = json!({"float": 1.0, "integer": 1, "large": 1e300});
    assert!(text(Format::Json, &value).contains("\"float\": 1.0,"));
    let read: Value = ::toml::from_str(&text(Format::Toml, &value)).unwrap();
    assert!(read["float"].is_f64() && read["integer"].is_i64());
    // YAML 1.1 readers want a dot and a signed exponent in a float.
    let yaml = text(Format::Yaml, &value);
    assert_eq!(yaml, "float: 1.0\ninteger: 1\nlarge: 1.0e+300\n");
}

#[test]
fn depth_is_bounded_in_every_format() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!({ "k": inner }));
    for format in [Format::Json, Format::Toml, Format::Yaml] {
        assert!(render(format, &nested(128)).is_ok(), "{format:?}");
        let message = fault(format, &nested(129));
        assert!(message.contains("more than 128 levels"), "{message}");
    }
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!({"a": [inner]}));
    assert!(render(Format::Toml, &nested(64)).is_ok());
}
