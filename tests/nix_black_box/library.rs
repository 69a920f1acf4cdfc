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
pub fn all_hold(file: &str, arguments: &str, at_least: u64) {
    let home = Home::with_nix();
    let result = instantiate(&home, &format!("import ./{file} {{ {arguments} }}"), &[])
        .success()
        .json();
    println!(
        "{file} {arguments}: {} {}",
        result["count"], result["subjects"]
    );
    assert_eq!(result["failures"], serde_json::json!([]));
    assert!(
        result["count"].as_u64().unwrap() >= at_least,
        "{}",
        result["count"]
    );
}

const OWN: &str = "import ../../nix/lib";

/// The libraries to try the cases with, as expressions: nhmt's, and for who
/// changes the cases those of nixpkgs and Home Manager where they are at hand.
pub fn libraries() -> Vec<String> {
    let mut libraries = vec![OWN.to_owned()];
    if let Ok(nixpkgs) = std::env::var("NHMT_TEST_NIXPKGS_LIB") {
        if let Ok(hm) = std::env::var("NHMT_TEST_HM_LIB") {
            libraries.push(format!(
                "import {hm}/stdlib-extended.nix (import {nixpkgs})"
            ));
        }
        libraries.push(format!("import {nixpkgs}"));
    }
    libraries
}

#[test]
fn the_library_behaves_as_its_manual_says() {
    let home = Home::with_nix();
    for library in libraries() {
        all_hold("lib-conformance.nix", &format!("lib = {library};"), 1300);
        if library != OWN {
            let names = format!("import ./lib-names.nix {{ nixpkgs = {library}; }}");
            let names = instantiate(&home, &names, &[]).success().json();
            assert!(names["count"].as_u64().unwrap() >= 20, "{names}");
            assert_eq!(names["lacking"], serde_json::json!({}), "{library}");
            assert_eq!(names["top"], serde_json::json!([]), "{library}");
            assert_eq!(names["beside"], serde_json::json!([]), "{library}");
            assert_eq!(names["unnamed"], serde_json::json!([]), "{library}");
            println!("names of {library}, by part: {}", names["counts"]);
        }
    }
}

#[test]
fn what_the_library_lacks_says_so_by_its_name() {
    let home = Home::with_nix();
    let absent = instantiate(&home, "import ./absent-names.nix", &[])
        .success()
        .json();
    assert!(absent["count"].as_u64().unwrap() >= 120, "{absent}");
    assert_eq!(absent["present"], serde_json::json!([]));
    for message in absent["messages"].as_array().unwrap() {
        let message = message.as_str().unwrap();
        assert!(message.starts_with("needs nixpkgs: lib."), "{message}");
    }
    for name in [
        "types.fileset",
        "fileset.toSource",
        "systems.flakeExposed",
        "licenses",
        "maintainers",
    ] {
        instantiate(&home, &format!("(import ../../nix/lib).{name}"), &[])
            .exit(1)
            .stderr_has(&format!("needs nixpkgs: lib.{name} is not part of"));
    }
}

#[test]
fn errors_of_the_module_system_tell_what_is_to_be_known() {
    let home = Home::with_nix();
    for library in libraries() {
        let cases = format!("import ./lib-conformance/errors.nix {{ lib = {library}; }}");
        let listed = format!("builtins.mapAttrs (_: c: {{ inherit (c) facts own; }}) ({cases})");
        let listed = instantiate(&home, &listed, &[]).success().json();
        let listed = listed.as_object().unwrap();
        println!("errors with {library}: {}", listed.len());
        assert!(listed.len() >= 40, "{}", listed.len());
        for (name, case) in listed {
            let mut outcome = instantiate(&home, &format!("({cases}).{name}.expr"), &[]).exit(1);
            let own = [&case["facts"], &case["own"]];
            let words = if library == OWN { &own[..] } else { &own[..1] };
            for word in words.iter().flat_map(|words| words.as_array().unwrap()) {
                outcome = outcome.stderr_has(word.as_str().unwrap());
            }
        }
    }
}

#[test]
fn the_modules_evaluate_to_what_they_promise() {
    all_hold("modules.nix", "", 290);
}

/// The cases of `bad-input.nix` that are for `library`, which is an argument of
/// the evaluation; without one they are all.
fn explained(library: Option<&str>) -> usize {
    let home = Home::with_nix();
    let listed = "builtins.mapAttrs (_: c: { inherit (c) anyLibrary expected trace; }) (import ./bad-input.nix)";
    let names = instantiate(&home, listed, &[]).success().json();
    let cases = names.as_object().unwrap().iter();
    let cases: Vec<_> = cases
        .filter(|(_, case)| library.is_none() || case["anyLibrary"] == true)
        .collect();
    let library = library.map_or_else(String::new, |library| format!("lib = {library};"));
    for (name, case) in &cases {
        let case_of = format!("(import ./bad-input.nix).{}", Value::from(name.as_str()));
        // What is in a variant is looked at with it.
        let expression = format!(
            "let home = import ../../nix {{ {library} configuration = {case_of}.configuration; }};
             in [ home.manifest (map (v: v.configuration.nhmt.manifest) (builtins.attrValues home.config.specialisation)) ]"
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
    cases.len()
}

#[test]
fn mistakes_are_explained() {
    let count = explained(None);
    assert!(count >= 79, "{count}");
}

#[test]
fn what_no_option_takes_is_explained_with_other_libraries() {
    let others = libraries().into_iter().filter(|library| library != OWN);
    for library in others.chain(["import ./other-words.nix".to_owned()]) {
        let count = explained(Some(&library));
        assert!(count >= 14, "{count}");
    }
}
