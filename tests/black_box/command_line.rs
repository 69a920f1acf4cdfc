//! Help, completions, and what is not understood.

use std::process::Command;

use crate::support::{Home, Outcome};

#[test]
fn help_and_version() {
    let home = Home::new();
    for arguments in [["help"], ["--help"], ["-h"]] {
        home.run_bare(arguments).success().stdout_has("realize");
    }
    home.run_bare(["help", "realize"])
        .success()
        .stdout_has("--dry-run")
        .stdout_has("Examples:")
        .stdout_has("Everything that is in the way is named first");
    home.run_bare(["--help"])
        .success()
        .stdout_has("Exit codes:")
        .stdout_has("~/.local/state/nix/profiles/nhmt");
    home.run_bare(["--version"])
        .success()
        .stdout_has(env!("CARGO_PKG_VERSION"));
}

#[test]
fn usage_errors_exit_with_2() {
    let home = Home::new();
    home.run_bare(["relize"]).exit(2).stderr_has("realize");
    home.run_bare([]).exit(2);
    home.run_bare(["realize", "--home"]).exit(2);
    home.run_bare(["realize", "-f", "x", "--flake", "y"])
        .exit(2)
        .stderr_has("cannot be used with");
}

#[test]
fn a_configuration_without_its_flag_is_told_which() {
    let home = Home::new();
    home.run_bare(["realize", "./dotfiles"])
        .exit(2)
        .stderr_has("unexpected argument './dotfiles' found\n\n  tip: a configuration goes behind a flag: -f ./dotfiles\n");
    home.run_bare(["diff", "1", "2", ".#alice"])
        .exit(2)
        .stderr_has("tip: a flake goes behind a flag: --flake '.#alice'");
    home.run_bare(["status", "extra"])
        .exit(2)
        .stderr_lacks("tip:");
}

#[test]
fn completions_are_accepted_by_bash() {
    let home = Home::new();
    let script = home.run_bare(["completions", "bash"]).success().stdout();
    home.write("script", &script);
    Outcome::of(Command::new("bash").arg("-n").arg(home.at("script"))).success();
    for shell in ["zsh", "fish"] {
        home.run_bare(["completions", shell])
            .success()
            .stdout_has("nhmt");
    }
}

#[test]
fn asking_needs_somebody_to_answer() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"}}"#);
    home.run(["realize", "--ask"])
        .exit(1)
        .stderr_has("--ask needs a terminal")
        .stderr_has("--dry-run");
    assert!(!home.has("f"));
}
