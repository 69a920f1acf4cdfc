//! `activate` in a home tree, as tools call it that deploy.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::support::owner::needs_root;
use crate::support::{Home, Outcome, nhmt};

#[test]
fn a_dry_run_that_others_ask_for_changes_nothing() {
    let mut home = Home::new();
    home.set_manifest(r#"{"f":{"text":"1"}}"#);
    let link = home.outside("tree");
    home.run(["build", "-o", link.to_str().unwrap()]).success();
    // The tree's script looks for nhmt where the shell does.
    let bin = home.outside("bin");
    fs::create_dir(&bin).unwrap();
    symlink(nhmt(), bin.join("nhmt")).unwrap();
    let run = |name: &str, value: &str, arguments: &[&str]| {
        let mut command = Command::new(link.join("activate"));
        home.environment(&mut command);
        command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        command.env(name, value).args(arguments);
        Outcome::of(&mut command).success()
    };
    for (name, value) in [("DRY_ACTIVATE", "1"), ("DRY_RUN", "1"), ("DRY_RUN", "")] {
        run(name, value, &[]).stdout_has("dry run");
        run(name, value, &["--dry-run"]).stdout_has("dry run");
        assert!(!home.has("f"), "{name}");
    }
    // As deploy-rs and Home Manager's tools call it.
    run("DRY_ACTIVATE", "0", &["--driver-version", "1"]);
    assert_eq!(home.read("f"), "1");
}

#[test]
fn a_home_variable_of_somebody_else_is_not_used() {
    needs_root();
    let mut home = Home::new();
    home.set_manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["build", "-o", home.outside("tree").to_str().unwrap()])
        .success();
    home.command_for_all();
    home.give_to_owner();
    let tree = home.outside("tree");
    for elsewhere in [Some("/root"), Some("/nonexistent"), None] {
        let mut command = home.command_for_all();
        command.uid(65_534).gid(65_534);
        match elsewhere {
            Some(place) => command.env("HOME", place),
            None => command.env_remove("HOME"),
        };
        Outcome::of(command.arg("activate").arg(&tree)).success();
        assert_eq!(home.read("f"), "1");
    }
    // One's own is: that is a trial, or a mistake, and is not guessed about.
    let mut command = home.command_for_all();
    command.env("HOME", "/root");
    Outcome::of(command.arg("activate").arg(&tree))
        .exit(1)
        .stderr_has("the configuration is for the home directory");
}
