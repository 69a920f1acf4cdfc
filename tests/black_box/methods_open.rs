//! Files that a program has open while nhmt is to write to them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;

use crate::support::Home;

/// Half of what is being saved cannot be read, and is no reason to put a new
/// file in its place.
#[test]
fn a_file_that_is_half_written_is_left_to_its_program() {
    let home = Home::new()
        .manifest(r#"{"s.json":{"format":"json","value":{"ours":1},"method":"merge"}}"#)
        .file("s.json", "{\"theirs\": ");
    let mut program = OpenOptions::new()
        .append(true)
        .open(home.at("s.json"))
        .unwrap();
    let inode = program.metadata().unwrap().ino();
    home.run(["realize", "-b"])
        .success()
        .stderr_has("~/s.json is being written by another program, and was left as it is");
    assert_eq!(fs::metadata(home.at("s.json")).unwrap().ino(), inode);
    assert!(home.backups().is_empty());
    program.write_all(b"1}\n").unwrap();
    drop(program);
    home.run(["realize"]).success();
    let text = home.read("s.json");
    assert!(text.contains("theirs") && text.contains("ours"), "{text}");
    assert!(home.backups().is_empty());
}

/// What is appended through a descriptor that was opened before is in the file.
#[test]
fn a_log_that_is_held_open_is_left_alone_until_it_is_closed() {
    let mut home = Home::new()
        .manifest(r#"{"log":{"text":"one","method":"block"}}"#)
        .file("log", "mine\n");
    home.run(["realize"]).success();
    let mut program = OpenOptions::new()
        .append(true)
        .open(home.at("log"))
        .unwrap();
    program.write_all(b"first\n").unwrap();
    home.set_manifest(r#"{"log":{"text":"two","method":"block"}}"#);
    home.run(["realize"])
        .success()
        .stderr_has("~/log is being written by another program, and was left as it is");
    program.write_all(b"second\n").unwrap();
    drop(program);
    home.run(["realize"]).success().stderr_lacks("warning");
    assert_eq!(
        home.read("log"),
        "mine\n# >>> nhmt >>>\ntwo\n# <<< nhmt <<<\nfirst\nsecond\n"
    );
    assert!(home.backups().is_empty());
}
