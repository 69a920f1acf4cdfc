//! Homes that cannot be written to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use crate::support::owner::needs_root;
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
    needs_root();
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    std::os::unix::fs::chown(home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    home.run(["realize"])
        .exit(1)
        .stderr_has("root")
        .stderr_has("belongs to");
    assert!(home.snapshot().is_empty());
}

#[test]
fn two_users_do_not_share_a_home() {
    needs_root();
    let home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    home.run(["realize"]).success();
    let before = home.snapshot();
    home.give_to_owner();
    std::os::unix::fs::chown(home.at(".local/state/nhmt"), Some(0), Some(0)).unwrap();
    home.run_as_owner(["realize"])
        .exit(1)
        .stderr_has("cannot share a home with another user, who has")
        .stderr_has(".local/state/nhmt");
    assert_eq!(home.snapshot(), before);
}

/// Somebody else's link in a sticky directory can be read, not replaced.
#[test]
fn a_profile_that_cannot_be_changed_is_said_where_the_home_is() {
    needs_root();
    let mut home = Home::new().manifest(r#"{"f":{"text":"1"}}"#);
    let profile = home.at("profiles/nhmt");
    let arguments = ["realize", "--profile", profile.to_str().unwrap()];
    run_as_owner(&home, &arguments).success();
    std::os::unix::fs::lchown(&profile, Some(0), Some(0)).unwrap();
    let dir = home.at("profiles");
    std::os::unix::fs::chown(&dir, Some(0), Some(0)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o1777)).unwrap();
    home.set_manifest(r#"{"f":{"text":"2"}}"#);
    run_as_owner(&home, &arguments)
        .exit(1)
        .stderr_has("the home is on generation 2 now")
        .stderr_has("select-generation 2");
    assert_eq!(home.read("f"), "2");
}

#[test]
fn read_only_directories_are_backed_up_and_expired() {
    let home = Home::new()
        .manifest(r#"{"d":{"text":"x"}}"#)
        .file("d/e/f", "mine");
    run_as_owner(&home, &["status"]).success();
    for dir in ["d/e/f", "d/e", "d"] {
        if is_root() {
            std::os::unix::fs::chown(home.at(dir), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        fs::set_permissions(home.at(dir), fs::Permissions::from_mode(0o555)).unwrap();
    }
    run_as_owner(&home, &["realize", "-b"]).success();
    run_as_owner(&home, &["backups", "expire", "--older-than", "0d"])
        .success()
        .stdout_has("deleted 1");
    assert!(home.backups().is_empty());
}

#[test]
fn a_file_that_its_owner_may_not_read_is_backed_up_without_a_word() {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"x"}}"#)
        .file("f", "mine");
    run_as_owner(&home, &["status"]).success();
    fs::set_permissions(home.at("f"), fs::Permissions::from_mode(0o000)).unwrap();
    if is_root() {
        std::os::unix::fs::chown(home.at("f"), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    run_as_owner(&home, &["realize", "-b"])
        .success()
        .stderr_lacks("warning");
    assert!(home.has(".local/state/nhmt/backups/1/f"));
}

#[test]
fn an_open_umask_does_not_open_what_decides_about_programs() {
    let home = Home::new().manifest(r#"{"d/f":{"text":"x"}}"#);
    home.run_after("umask 000", ["realize"]).success();
    for dir in [".local/share/nhmt/store", ".local/state/nix/profiles"] {
        let mode = fs::metadata(home.at(dir)).unwrap().permissions().mode();
        assert_eq!(mode & 0o022, 0, "{dir}: {mode:o}");
    }
    let mode = fs::metadata(home.at("d")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o777, "as mkdir(1) does it");
}
