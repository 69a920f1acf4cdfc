//! The module library and the modules, as Nix evaluates them. The cases stand
//! in `tests/nix/`, so that the same ones run with the library of nixpkgs too.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Home, Outcome};

fn instantiate(home: &Home, expression: &str, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("nix-instantiate");
    home.environment(&mut command);
    command.args(["--eval", "--strict", "--json", "--read-write-mode"]);
    command.args(arguments).args(["-E", expression]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix"));
    Outcome::of(&mut command)
}

/// `{ count; failures; }`: every case ran, and none failed.
#[track_caller]
fn all_hold(file: &str, arguments: &str, at_least: u64) {
    let home = Home::with_nix();
    let result = instantiate(&home, &format!("import ./{file} {{ {arguments} }}"), &[])
        .success()
        .json();
    assert_eq!(result["failures"], serde_json::json!([]));
    assert!(
        result["count"].as_u64().unwrap() >= at_least,
        "{}",
        result["count"]
    );
}

#[test]
fn the_library_behaves_as_its_manual_says() {
    all_hold("lib-conformance.nix", "", 560);
    // Not everyone has nixpkgs: these are for who changes the cases.
    if let Some(nixpkgs) = std::env::var_os("NHMT_TEST_NIXPKGS_LIB") {
        let nixpkgs = nixpkgs.to_str().unwrap();
        all_hold(
            "lib-conformance.nix",
            &format!("lib = import {nixpkgs};"),
            560,
        );
        if let Some(hm) = std::env::var_os("NHMT_TEST_HM_LIB") {
            let hm = hm.to_str().unwrap();
            let extended = format!("import {hm}/stdlib-extended.nix (import {nixpkgs})");
            all_hold("lib-conformance.nix", &format!("lib = {extended};"), 560);
        }
    }
}

#[test]
fn the_modules_evaluate_to_what_they_promise() {
    all_hold("modules.nix", "", 290);
}

#[test]
fn mistakes_are_explained() {
    let home = Home::with_nix();
    let listed =
        "builtins.mapAttrs (_: c: { inherit (c) expected trace; }) (import ./bad-input.nix)";
    let names = instantiate(&home, listed, &[]).success().json();
    let cases = names.as_object().unwrap();
    assert!(cases.len() >= 20, "{}", cases.len());
    for (name, case) in cases {
        let expression = format!(
            "(import ../../nix {{ configuration = (import ./bad-input.nix).{}.configuration; }}).manifest",
            Value::from(name.as_str())
        );
        let trace: &[&str] = if case["trace"] == true {
            &["--show-trace"]
        } else {
            &[]
        };
        let mut outcome = instantiate(&home, &expression, trace).exit(1);
        for word in case["expected"].as_array().unwrap() {
            outcome = outcome.stderr_has(word.as_str().unwrap());
        }
    }
}
