//! The manifests of the proofs, and examples, are what the schema in the book
//! describes, for a validator that is not ours.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::scenario::{Scenario, Step};
use super::support::schema::validate;
use super::{scenarios, scenarios_methods, scenarios_state};

fn manifest(files: &str) -> String {
    let files = files
        .replace("{source}", "/source")
        .replace("{root}", "/root");
    format!(
        r#"{{"version":1,"home":{{"username":"alice","directory":"/home/alice"}},"files":{files}}}"#
    )
}

#[test]
fn every_manifest_of_ours_is_valid() {
    let mut manifests = Vec::new();
    let mut all: Vec<Scenario> = scenarios::all();
    all.extend(scenarios_methods::all());
    all.push(scenarios_methods::changed());
    all.extend(scenarios::recovery());
    for scenario in all {
        let before = scenario.before.iter().filter_map(|step| match step {
            Step::Run(typed) => typed.files,
            _ => None,
        });
        let files = before
            .chain(scenario.command.files)
            .chain(scenario.again.files);
        manifests.extend(files.map(manifest));
    }
    for scenario in scenarios_state::all() {
        let files = scenario.realized.iter().copied().chain(scenario.files);
        manifests.extend(files.map(manifest));
    }
    let crashes = manifests.len();
    assert!(crashes > 50, "{crashes}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for seed in fs::read_dir(root.join("fuzz/seeds/manifest")).unwrap() {
        manifests.push(fs::read_to_string(seed.unwrap().path()).unwrap());
    }
    manifests.push(fs::read_to_string(root.join("examples/minimal/home.json")).unwrap());
    assert!(manifests.len() > crashes + 3);
    for (manifest, faults) in manifests.iter().zip(validate(&manifests)) {
        assert_eq!(faults, [""; 0], "{manifest}");
    }
}

#[test]
fn what_is_no_manifest_is_not_valid() {
    let change = |change: fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&manifest(r#"{"a":{"text":"b"}}"#)).unwrap();
        change(&mut value);
        value.to_string()
    };
    let wrong = [
        change(|value| drop(value.as_object_mut().unwrap().remove("home"))),
        change(|value| value["file"] = json!({})),
        change(|value| value["version"] = json!("1")),
        change(|value| value["files"]["a"]["txt"] = json!("")),
        change(|value| value["files"]["a"]["method"] = json!("symlink")),
        change(|value| value["files"]["a"]["text"] = json!(["b"])),
        change(|value| value["onConflict"] = json!("ask")),
        change(|value| value["state"] = json!([{ "path": "a", "root": "/p" }])),
        change(|value| value["backups"] = json!({ "olderThan": 30 })),
        change(|value| value["secrets"] = json!({ "files": { "a": {} } })),
    ];
    let faults = validate(&wrong);
    for (manifest, faults) in wrong.iter().zip(faults) {
        assert!(!faults.is_empty(), "{manifest}");
    }
    let right = validate(&[change(|_| ())]);
    assert_eq!(right, [Vec::<String>::new()]);
}
