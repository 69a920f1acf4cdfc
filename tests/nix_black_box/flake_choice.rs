//! Which configuration of a flake is taken, and what is said when none is.

use std::fs;

use crate::flakes::{flake, git};
use crate::support::{Home, Outcome};

/// A flake with these outputs; `one BODY` is a configuration of nhmt's.
fn outputs(home: &Home, outputs: &str) {
    let repository = env!("CARGO_MANIFEST_DIR");
    home.write_source(
        "flake.nix",
        format!(
            r#"{{
  outputs = {{ self }}: let
    one = body: import {repository}/nix {{
      system = builtins.currentSystem;
      configuration = body;
      username = "tester";
      homeDirectory = "{home}";
    }};
    text = text: one {{ home.file.f.text = text; }};
  in {{ {outputs} }};
}}
"#,
            home = home.path().display(),
        ),
    );
}

fn nhmt(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.command();
    command.current_dir(home.outside("configuration"));
    Outcome::of(command.args(arguments).arg("--impure"))
}

fn realize(home: &Home, reference: &str) -> Outcome {
    nhmt(home, &["realize", "--flake", reference])
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn the_user_at_this_machine_comes_before_the_user() {
    let home = Home::with_nix().env("USER", "tester");
    let host = host();
    let first = host.split('.').next().unwrap();
    outputs(&home, "nhmtConfigurations.tester = text \"user\";");
    realize(&home, ".").success();
    assert_eq!(home.read("f"), "user");
    let named = format!(
        "nhmtConfigurations = {{ tester = text \"user\"; \"tester@{first}\" = text \"machine\"; }};"
    );
    outputs(&home, &named);
    realize(&home, ".#").success();
    assert_eq!(home.read("f"), "machine");
    realize(&home, ".#tester").success();
    assert_eq!(home.read("f"), "user");
    let named = format!("tester@{first}");
    // Behind an @ there is no reference of Nix's, so it is a name.
    realize(&home, &named).success();
    assert_eq!(home.read("f"), "machine");
}

#[test]
fn names_are_taken_as_they_are() {
    let home = Home::with_nix();
    let names = [
        "alice.smith",
        "a@b.local",
        "100% a",
        "it's",
        "a\\b",
        "a.b\"",
    ];
    for name in names {
        let literal = name.replace('\\', "\\\\").replace('"', "\\\"");
        let home_of = format!("nhmtConfigurations.\"{literal}\" = text \"{literal}\";");
        outputs(&home, &home_of);
        realize(&home, &format!(".#{name}")).success();
        assert_eq!(home.read("f"), name);
    }
    // As Nix's own commands want it.
    outputs(&home, "nhmtConfigurations.\"alice.smith\" = text \"dot\";");
    for typed in [
        ".#\"alice.smith\"",
        ".#nhmtConfigurations.\"alice.smith\"",
        ".#nhmtConfigurations.alice.smith.activationPackage",
    ] {
        realize(&home, typed).success();
        assert_eq!(home.read("f"), "dot");
    }
}

#[test]
fn home_manager_s_are_taken_when_nhmt_has_none_by_the_name() {
    let home = Home::with_nix().env("USER", "tester");
    // What makes it one: a package of Home Manager's, and what it was made of.
    let other = "{ activationPackage = null; config = { }; }";
    outputs(
        &home,
        &format!("nhmtConfigurations.tester = text \"ours\"; homeConfigurations.tester = {other};"),
    );
    realize(&home, ".").success();
    assert_eq!(home.read("f"), "ours");
    for (has, typed) in [
        (format!("homeConfigurations.tester = {other};"), "."),
        (
            format!(
                "nhmtConfigurations.tester = text \"\"; homeConfigurations = {{ a = {other}; tester = {other}; }};"
            ),
            ".#homeConfigurations.tester",
        ),
    ] {
        outputs(&home, &has);
        // The second time it is known to be one.
        for _ in 0..2 {
            realize(&home, typed)
                .exit(4)
                .stderr_has("Home Manager of an unknown release is too old");
        }
    }
    // One that Home Manager makes, as it is.
    home.nix().configure(super::home_manager::WITH_A_SHELL);
    let stand_in = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/home-manager");
    let module = format!(
        "{{ home.username = \"tester\"; home.homeDirectory = \"{}\"; home.file.f.text = \"Home Manager's\"; home.file.live = {{ source = ./live; method = \"live\"; }}; }}",
        home.path().display()
    );
    home.write_source("live", "live");
    outputs(
        &home,
        &format!(
            "homeConfigurations.tester = (import {stand_in}/lib {{ lib = import {stand_in}/../../nix/lib; }}).homeManagerConfiguration {{ pkgs = import {stand_in}/nixpkgs {{ }}; modules = [ {module} {stand_in}/../../nix/home-manager/module.nix ]; }};"
        ),
    );
    for _ in 0..2 {
        realize(&home, ".").success();
        assert_eq!(home.read("f"), "Home Manager's");
    }
    // Of what is live, the flake's own directory counts, not Nix's copy.
    home.write_source("live", "edited");
    assert_eq!(home.read("live"), "edited");
    // It is what it is, wherever it stands.
    outputs(&home, "homeConfigurations.tester = text \"there\";");
    for _ in 0..2 {
        realize(&home, ".").success();
        assert_eq!(home.read("f"), "there");
    }
    // What was known of the flake is not believed when it changes.
    outputs(&home, "nhmtConfigurations.tester = text \"again\";");
    realize(&home, ".").success();
    assert_eq!(home.read("f"), "again");
}

#[test]
fn a_flake_without_the_name_lists_what_it_has() {
    let home = Home::with_nix().env("USER", "tester");
    outputs(
        &home,
        "nhmtConfigurations = { bob = text \"\"; \"carol@desk\" = text \"\"; }; homeConfigurations.dave = { };",
    );
    for flags in [&[][..], &["--no-write-lock-file"]] {
        let mut typed = vec!["realize", "--flake", ".#nobody"];
        typed.extend(flags);
        nhmt(&home, &typed)
            .exit(4)
            .stderr_has(
                "neither nhmtConfigurations nor homeConfigurations by the name of \"nobody\"",
            )
            .stderr_has("nhmtConfigurations \"bob\", \"carol@desk\"")
            .stderr_has("homeConfigurations \"dave\"")
            .stderr_has("#bob");
    }
    realize(&home, ".").exit(4).stderr_has(&format!(
        "\"tester@{}\" or \"tester\"",
        host().split('.').next().unwrap()
    ));
    realize(&home, ".#homeConfigurations.bob")
        .exit(4)
        .stderr_has("no homeConfigurations by the name of \"bob\"");
}

#[test]
fn a_flake_without_configurations_lists_its_outputs() {
    let home = Home::with_nix();
    outputs(
        &home,
        "packages.x = { }; nixosConfigurations.machine = { };",
    );
    realize(&home, ".")
        .exit(4)
        .stderr_has("It has nixosConfigurations, packages")
        .stderr_has("nhmtConfigurations should be one");
    outputs(&home, "");
    realize(&home, ".").exit(4).stderr_has("It has no outputs");
}

#[test]
fn an_output_that_is_neither_kind_is_said_to_be_so() {
    let home = Home::with_nix();
    for (has, said, remedy) in [
        (
            "{ a = 1; b = 2; }",
            "a set with a, b",
            "homeManagerConfiguration",
        ),
        ("{ }", "an empty set", "homeConfiguration"),
        ("\"text\"", "it is a string", "homeConfiguration"),
        ("x: x", "it is a lambda", "homeConfiguration"),
        (
            "{ config = { }; options = { }; extendModules = { }; }",
            "config, extendModules, options",
            "looks like a system",
        ),
        ("{ x86_64-linux = 1; }", "x86_64-linux", "not by system"),
        (
            "derivation { name = \"x\"; system = \"x\"; builder = \"x\"; }",
            "it is a derivation",
            "homeConfiguration",
        ),
    ] {
        let kind = if has.starts_with('{') { "nhmt" } else { "home" };
        outputs(&home, &format!("{kind}Configurations.tester = {has};"));
        realize(&home, ".#tester")
            .exit(4)
            .stderr_has(&format!("{kind}Configurations.\"tester\" of the flake"))
            .stderr_has("is neither a configuration of nhmt nor one of Home Manager")
            .stderr_has(said)
            .stderr_has(remedy);
    }
    // The output itself may be something else.
    outputs(&home, "nhmtConfigurations = 1;");
    realize(&home, ".#tester").exit(4).stderr_has("tester");
}

#[test]
fn every_command_that_takes_a_configuration_takes_a_flake() {
    let home = Home::with_nix().env("USER", "tester");
    flake(&home, "home.file.\"f\".text = \"x\";");
    let tree = nhmt(&home, &["build", "--no-link", "--flake", "."]).success();
    assert!(tree.stdout().contains("-nhmt-home"));
    nhmt(&home, &["diff", "--flake", ".#tester"])
        .success()
        .stdout_has("f");
    nhmt(&home, &["realize", "--dry-run", "--flake", "."]).success();
    nhmt(&home, &["options", "--flake", ".", "home.file.f.text"])
        .success()
        .stdout_has("\"x\"");
    nhmt(&home, &["realize", "--flake", "."]).success();
    nhmt(&home, &["why", "f", "--flake", "."])
        .success()
        .stdout_has("home.nix");
    nhmt(&home, &["status", "--flake", "."]).success();
    nhmt(&home, &["doctor", "--flake", "."]).success();
    nhmt(&home, &["packages", "--flake", "."])
        .success()
        .stderr_has("no packages");
    nhmt(&home, &["persist", "list", "--flake", "."]).success();
    nhmt(&home, &["wipe", "--dry-run", "--flake", "."])
        .success()
        .stdout_has("2 managed");
    let here = |arguments: &[&str]| {
        let mut command = home.command();
        command.current_dir(home.outside("configuration"));
        Outcome::of(command.env("EDITOR", "cat").args(arguments))
    };
    here(&[
        "test-container",
        "--flake",
        ".",
        "--impure",
        "--",
        "cat",
        "f",
    ])
    .success()
    .stdout_has("x");
    fs::write(home.at("mine"), "mine").unwrap();
    nhmt(&home, &["add", "mine", "--flake", "."])
        .success()
        .stdout_has("home.nix");
    nhmt(&home, &["re-add", "mine", "--flake", "."]).success();
    here(&["edit", "--flake", ".", "--impure"])
        .success()
        .stdout_has("\"mine\"");
    for command in [
        "repl",
        "options",
        "realize",
        "diff",
        "build",
        "test-container",
    ] {
        nhmt(&home, &[command, "--flake", ".#nobody"]).stderr_has("nobody");
    }
}

#[test]
fn the_environment_names_a_flake() {
    let home = Home::with_nix().env("USER", "tester");
    outputs(
        &home,
        "nhmtConfigurations = { tester = text \"t\"; other = text \"o\"; };",
    );
    let directory = home.outside("configuration");
    let reference = format!("{}#other", directory.display());
    let named = |variables: &[(&str, &str)], flags: &[&str]| {
        let mut command = home.command();
        command.envs(variables.iter().copied());
        Outcome::of(command.args(["realize", "--impure"]).args(flags))
    };
    named(&[("NHMT_FLAKE", &reference)], &[]).success();
    assert_eq!(home.read("f"), "o");
    // What is typed outranks it.
    let typed = directory.display().to_string();
    named(&[("NHMT_FLAKE", &reference)], &["--flake", &typed]).success();
    assert_eq!(home.read("f"), "t");
    named(&[("NHMT_FLAKE", &reference), ("NHMT_CONFIG", &typed)], &[])
        .exit(2)
        .stderr_has("$NHMT_CONFIG and $NHMT_FLAKE")
        .stderr_has("unset one");
}

#[test]
fn a_flake_in_the_configuration_directory_is_found() {
    for directory in ["nhmt", "home-manager"] {
        let home = Home::with_nix().env("USER", "tester");
        outputs(
            &home,
            "nhmtConfigurations = { tester = text \"t\"; other = text \"o\"; };",
        );
        fs::create_dir_all(home.at(".config")).unwrap();
        let place = home.at(format!(".config/{directory}"));
        // As people have it: a link to where their repository is.
        std::os::unix::fs::symlink(home.outside("configuration"), place).unwrap();
        let realize = |flags: &[&str]| {
            let mut command = home.command();
            command.current_dir(home.path());
            Outcome::of(command.args(["realize", "--impure"]).args(flags))
        };
        realize(&[]).success();
        assert_eq!(home.read("f"), "t");
        realize(&["--flake", "#other"]).success();
        assert_eq!(home.read("f"), "o");
        realize(&["--flake", "a@b"]).exit(4).stderr_has("\"a@b\"");
        // One's own name is that of a configuration, and no flake's.
        realize(&["--flake", "tester"]).success();
        assert_eq!(home.read("f"), "t");
    }
}

#[test]
fn a_variant_of_a_configuration_is_chosen_as_well() {
    let home = Home::with_nix().env("USER", "tester");
    outputs(
        &home,
        "nhmtConfigurations.tester = one { home.file.f.text = \"day\"; specialisation.night.configuration = { lib, ... }: { home.file.f.text = lib.mkForce \"night\"; }; };",
    );
    nhmt(
        &home,
        &["realize", "--flake", ".", "--specialisation", "night"],
    )
    .success();
    assert_eq!(home.read("f"), "night");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "."]);
    realize(&home, ".").success();
    assert_eq!(home.read("f"), "day");
}
