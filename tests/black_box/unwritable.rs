//! Homes that cannot be written to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use crate::support::{Home, Outcome};

/// Root ignores permissions, so the test becomes somebody else first.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn run_as_owner(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.command_for_all();
    if is_root() {
        for path in [
            home.outside(""),
            home.path(),
            home.outside("tmp"),
            home.outside("cache"),
        ] {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    Outcome::of(command.args(arguments))
}

#[test]
fn the_message_names_the_home_and_nothing_changes() {
    let home = Home::new().manifest(r#"{"f":{"text":"x"}}"#);
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o555)).unwrap();
    run_as_owner(&home, &["realize"])
        .exit(1)
        .stderr_has(home.path().to_str().unwrap())
        .stderr_has("write");
    assert!(home.snapshot().is_empty());
}

#[test]
fn an_ordinary_user_realizes_and_rolls_back() {
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    run_as_owner(&home, &["realize"]).success();
    home.set_manifest(r#"{"f":{"text":"2"}}"#);
    run_as_owner(&home, &["realize"]).success();
    assert_eq!(home.read("f"), "2");
    run_as_owner(&home, &["rollback"]).success();
    assert_eq!(home.read("f"), "1");
}

#[test]
fn root_does_not_work_in_another_users_home() {
    if !is_root() {
        // An ordinary user meets the permissions instead.
        let home = Home::new();
        home.run_bare(["status", "--home", "/root"]).exit(1);
        return;
    }
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    std::os::unix::fs::chown(home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    home.run(["realize"])
        .exit(1)
        .stderr_has("root")
        .stderr_has("belongs to");
    assert!(home.snapshot().is_empty());
}
