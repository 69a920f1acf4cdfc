//! The manifest's schema, by a validator that is not ours.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

/// What Python's jsonschema says of each manifest: its faults.
#[track_caller]
pub fn validate(manifests: &[String]) -> Vec<Vec<String>> {
    const SCRIPT: &str = "
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
kind = jsonschema.validators.validator_for(schema)
assert kind is not jsonschema.Draft7Validator
kind.check_schema(schema)
print(json.dumps([
    [e.message for e in kind(schema).iter_errors(json.loads(one))]
    for one in json.load(sys.stdin)
]))";
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", SCRIPT])
        .arg(schema)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Debian's python3");
    let mut input = python.stdin.take().unwrap();
    input
        .write_all(json!(manifests).to_string().as_bytes())
        .unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "is python3-jsonschema installed?");
    serde_json::from_slice(&output.stdout).unwrap()
}
