//! What was moved out of the way, and how it comes back.

use crate::support::Home;

fn with_backup() -> Home {
    let home = Home::new()
        .manifest(r#"{"f":{"text":"wanted"},"d/g":{"text":"wanted"}}"#)
        .file("f", "mine")
        .file("d/g", "mine");
    home.run(["realize", "-b"]).success();
    home
}

#[test]
fn they_are_listed() {
    let home = with_backup();
    home.run_bare(["backups", "list"])
        .success()
        .stdout_has("d/g")
        .stdout_has("bytes  f\n");
    let json = home
        .run_bare(["backups", "list", "--json"])
        .success()
        .json();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["generation"], 1);
    assert_eq!(json[0]["path"], "d/g");
}

#[test]
fn one_comes_back_in_the_place_of_our_link_only() {
    let home = with_backup();
    home.run_bare(["backups", "restore", "f"]).success();
    assert_eq!(home.read("f"), "mine");
    home.run_bare(["backups", "restore", "nothing"])
        .exit(1)
        .stderr_has("nothing");
    std::fs::remove_file(home.at("d/g")).unwrap();
    home.write("d/g", "newer");
    home.run_bare(["backups", "restore", "d/g"])
        .exit(1)
        .stderr_has("d/g");
    assert_eq!(home.read("d/g"), "newer");
}

#[test]
fn identical_content_is_stored_once() {
    use std::os::unix::fs::MetadataExt;
    let home = with_backup();
    let inode = |path: &str| home.at(path).metadata().unwrap().ino();
    let root = ".local/state/nhmt/backups/1";
    assert_eq!(inode(&format!("{root}/f")), inode(&format!("{root}/d/g")));
}

#[test]
fn expiry_keeps_what_is_younger() {
    let home = with_backup();
    home.run_bare(["backups", "expire", "--older-than", "30d"])
        .success();
    assert_eq!(home.backups().len(), 2);
    home.run_bare(["backups", "expire", "--older-than", "0d"])
        .success();
    assert_eq!(home.backups().len(), 0);
    home.run_bare(["backups", "expire", "--older-than", "soon"])
        .exit(2)
        .stderr_has("30d");
}

#[test]
fn a_path_is_named_as_a_shell_completes_it() {
    let home = with_backup();
    let absolute = home.at("d/g");
    let json = home
        .run_bare(["backups", "restore", absolute.to_str().unwrap(), "--json"])
        .success()
        .json();
    assert_eq!(json["restored"], "d/g");
    assert_eq!(home.read("d/g"), "mine");
    home.run_bare(["backups", "restore", "/etc/passwd"])
        .exit(1)
        .stderr_has("outside the home directory");
    home.run_bare(["backups", "expire", "--older-than", "0d", "-n"])
        .success()
        .stdout_has("would delete 2 backups");
}
