//! Homes that the configuration of the whole machine builds and activates.

use serde_json::json;

use crate::support::Home;

fn declare(home: &mut Home, system: &str, text: &str) {
    home.declare(&json!({ "managedBy": system, "files": { "f": { "text": text } } }));
}

/// Activates what is declared, as a unit of the system does.
fn activate(home: &Home, name: &str) {
    let link = home.outside(name);
    let link = link.to_str().unwrap();
    home.run(["build", "-o", link]).success();
    home.run_bare(["activate", link]).success();
}

#[test]
fn what_to_edit_is_the_configuration_of_the_system() {
    let mut home = Home::new();
    let place = home.outside("machine.nix");
    std::fs::write(&place, "").unwrap();
    let declared = format!("home.file.\"f\", {}:3", place.display());
    home.declare(&json!({
        "managedBy": "nixos",
        "files": { "f": { "text": "x", "declaredIn": [declared] } },
    }));
    activate(&home, "tree");
    home.run_bare(["edit"])
        .exit(1)
        .stderr_has("this home is part of the NixOS configuration, and has none of its own to edit")
        .stderr_has(&format!("the home comes from {}", place.display()))
        .stderr_has("sudo nixos-rebuild switch");
    // One that is there may be what the system reads.
    let manifest = json!({ "version": 1, "home": { "username": "u", "directory": home.path() } });
    home.write(".config/nhmt/home.json", &manifest.to_string());
    let mut command = home.command();
    command.arg("edit").env("EDITOR", "true");
    crate::support::Outcome::of(&mut command)
        .success()
        .stderr_has("this home is part of the NixOS configuration, which puts its own back");
}

#[test]
fn its_generations_are_those_of_the_system() {
    let mut home = Home::new();
    home.set_manifest(r#"{"f":{"text":"own"}}"#);
    home.run(["realize"]).success();
    for text in ["1", "2", "3"] {
        declare(&mut home, "nixos", text);
        activate(&home, "tree");
        assert_eq!(home.read("f"), text);
    }
    // The one from before stays: the system does not have it.
    let listed = home.run_bare(["list-generations", "--json"]).success();
    let listed = listed.json();
    let numbers: Vec<_> = listed.as_array().unwrap().iter().collect();
    let numbers: Vec<_> = numbers.iter().map(|one| one["number"].clone()).collect();
    assert_eq!(numbers, [1, 4]);
}

#[test]
fn rollback_says_what_to_do() {
    for (system, title, command) in [
        ("nixos", "NixOS", "sudo nixos-rebuild switch --rollback"),
        (
            "nix-darwin",
            "nix-darwin",
            "sudo darwin-rebuild switch --rollback",
        ),
    ] {
        let mut home = Home::new();
        declare(&mut home, system, "1");
        activate(&home, "tree");
        home.run_bare(["rollback"])
            .exit(1)
            .stderr_has(&format!("this home is part of the {title} configuration"))
            .stderr_has(command);
        assert_eq!(home.read("f"), "1");
    }
}

#[test]
fn realize_says_who_puts_its_own_back() {
    let mut home = Home::new();
    declare(&mut home, "nixos", "1");
    activate(&home, "tree");
    home.set_manifest(r#"{"f":{"text":"mine"}}"#);
    home.run(["realize"])
        .success()
        .stderr_has("this home is part of the NixOS configuration");
    assert_eq!(home.read("f"), "mine");
    // What is in force now is no part of it.
    home.run(["realize"])
        .success()
        .stderr_lacks("part of the NixOS configuration");
    home.run_bare(["rollback"]).success();
    assert_eq!(home.read("f"), "1");
}

#[test]
fn another_system_is_refused_by_name() {
    let mut home = Home::new();
    declare(&mut home, "guix", "1");
    home.run(["realize"])
        .exit(4)
        .stderr_has("guix")
        .stderr_has("nixos");
}
