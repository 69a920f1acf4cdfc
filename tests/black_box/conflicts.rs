//! Files in the way that nhmt did not put there.

use std::fs;

use serde_json::json;

use crate::support::Home;

const WANTED: &str = r#"{".bashrc":{"text":"wanted","declaredIn":["home.file.\".bashrc\"","/x/home.nix:7"]},".config/a":{"text":"a"}}"#;

#[test]
fn everything_in_the_way_is_named_at_once_and_nothing_changes() {
    let home = Home::new()
        .manifest(WANTED)
        .file(".bashrc", "mine")
        .file(".config/a/inside", "mine too");
    let before = home.snapshot();
    home.run(["realize"])
        .exit(3)
        .stderr_has(".bashrc")
        .stderr_has(".config/a")
        .stderr_has("/x/home.nix:7")
        .stderr_has("--on-conflict backup");
    assert_eq!(home.snapshot(), before);
    assert!(!home.has(".local/state/nhmt/current"));
    home.run(["list-generations"]).success().stdout_lacks("1");
}

#[test]
fn json_names_them_too() {
    let home = Home::new().manifest(WANTED).file(".bashrc", "mine");
    let json = home.run(["realize", "--json"]).exit(3).json();
    assert_eq!(json["changed"], false);
    assert_eq!(json["conflicts"][0]["path"], ".bashrc");
    assert!(json["conflicts"][0]["kind"].is_string());
}

#[test]
fn backup_moves_them_to_the_state_directory() {
    let home = Home::new()
        .manifest(WANTED)
        .file(".bashrc", "mine")
        .file(".config/a/inside", "mine too");
    home.run(["realize", "--on-conflict", "backup"])
        .success()
        .stdout_has("2 backed up");
    assert_eq!(home.read(".bashrc"), "wanted");
    let contents: Vec<_> = home.backups().into_values().collect();
    assert!(contents.contains(&"mine".to_owned()), "{contents:?}");
    assert!(contents.contains(&"mine too".to_owned()), "{contents:?}");
    assert!(home.has(".local/state/nhmt/backups/1/.bashrc"));
}

#[test]
fn home_managers_spelling_is_taken_with_a_word() {
    let home = Home::new().manifest(WANTED).file(".bashrc", "mine");
    home.run(["switch", "-b", "bak"])
        .success()
        .stderr_has("bak");
    assert_eq!(home.read(".local/state/nhmt/backups/1/.bashrc"), "mine");
    assert!(!home.has(".bashrc.bak"), "never beside the file");
}

#[test]
fn equal_content_is_no_conflict() {
    let home = Home::new().manifest(WANTED).file(".bashrc", "wanted");
    home.run(["realize"]).success();
    assert!(home.is_managed(".bashrc"));
}

#[test]
fn force_backs_up_one_path_alone() {
    let forced = r#"{"f":{"text":"1","force":true},"g":{"text":"2"}}"#;
    let home = Home::new().manifest(forced).file("f", "mine");
    home.run(["realize"]).success();
    assert_eq!(home.read("f"), "1");
    assert_eq!(home.backups().into_values().collect::<Vec<_>>(), ["mine"]);
    let home = Home::new()
        .manifest(forced)
        .file("f", "mine")
        .file("g", "mine");
    home.run(["realize"]).exit(3).stderr_has("~/g is a file");
    assert_eq!(home.read("f"), "mine");
}

#[test]
fn the_configuration_sets_the_default_and_the_flag_wins() {
    let mut home = Home::new().file("f", "mine");
    home.declare(&json!({ "onConflict": "backup", "files": { "f": { "text": "1" } } }));
    home.run(["realize", "--on-conflict", "abort"]).exit(3);
    home.run(["realize"]).success();
    assert_eq!(home.read("f"), "1");
}

#[test]
fn a_parent_that_is_a_file_or_a_link_is_in_the_way() {
    let home = Home::new()
        .manifest(r#"{".config/a":{"text":"a"}}"#)
        .file(".config", "a file");
    home.run(["realize"]).exit(3).stderr_has(".config");
    let home = Home::new()
        .manifest(r#"{".config/a":{"text":"a"}}"#)
        .file("elsewhere/kept", "kept")
        .link(".config", "elsewhere");
    let before = home.snapshot();
    home.run(["realize"])
        .exit(3)
        .stderr_has(".config")
        .stderr_has("link");
    assert_eq!(home.snapshot(), before);
    // A backup would take the directory's other files from where programs look.
    home.run(["realize", "-b"])
        .exit(3)
        .stderr_has("replace the link");
    assert_eq!(home.snapshot(), before);
}

#[test]
fn a_directory_with_files_of_the_persons_does_not_become_a_link() {
    let mut home = Home::new().manifest(r#"{"d/a":{"text":"a"}}"#);
    home.run(["realize"]).success();
    home.write("d/mine", "mine");
    home.set_manifest(r#"{"d":{"text":"leaf"}}"#);
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/d is a directory");
    assert_eq!(home.read("d/a"), "a");
    home.run(["realize", "-b"]).success();
    assert_eq!(home.read("d"), "leaf");
    assert!(home.backups().into_values().any(|text| text == "mine"));
}

#[test]
fn a_dangling_link_of_the_persons_is_in_the_way_too() {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"1"}}"#)
        .link("f", "/nowhere/at/all");
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/f is a symbolic link");
    home.run(["realize", "-b"]).success();
    let backup = home.at(".local/state/nhmt/backups/1/f");
    assert_eq!(
        fs::read_link(backup).unwrap().to_str(),
        Some("/nowhere/at/all")
    );
}

#[test]
fn a_pipe_is_never_opened_and_a_target_never_writes_to_the_terminal() {
    let home = Home::new()
        .manifest(r#"{"pipe":{"text":"1"},"to-pipe":{"text":"2"},"odd":{"text":"3"}}"#)
        .link("to-pipe", "pipe")
        .link("odd", "/\u{1b}]0;mine\u{7}\nerror: all is well");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let pipe = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, home.at("pipe"), pipe, mode, 0).unwrap();
    home.run(["realize"])
        .exit(3)
        .stderr_has("~/pipe is a socket, a pipe or a device")
        .stderr_has("3 paths")
        .stderr_lacks("\u{1b}")
        .stderr_lacks("\nerror: all is well");
}

#[test]
fn a_remedy_for_many_is_given_once() {
    let home = Home::new()
        .manifest(r#"{"a":{"text":"1"},"b":{"text":"1"},"c":{"text":"1"}}"#)
        .file("a", "mine")
        .file("b", "mine")
        .file("c", "mine");
    let said = home.run(["realize"]).exit(3).stderr();
    assert_eq!(said.matches("is a file that").count(), 3, "{said}");
    assert_eq!(said.matches("--on-conflict backup").count(), 1, "{said}");
    assert!(said.starts_with("error: 3 paths are in the way"), "{said}");
}
