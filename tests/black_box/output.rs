//! What is printed where, and when it cannot be.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::support::{Home, Outcome, nhmt};

fn realized() -> Home {
    let home = Home::new().manifest(r#"{"f":{"text":"x\n"}}"#);
    home.run(["realize"]).success();
    home
}

#[test]
fn a_result_that_is_lost_is_an_error() {
    let home = realized();
    for arguments in [["list-generations", "-v"], ["completions", "zsh"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = home.command();
        let output = command.args(arguments).stdout(full).stderr(Stdio::piped());
        let output = output.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// A log on a full disk: what is said is lost, what is done is not.
#[test]
fn a_message_that_nobody_can_read_ends_no_run() {
    let home = realized();
    home.run_after("exec 2>/dev/full", ["select-generation", "9"])
        .exit(1);
    std::fs::remove_file(home.at("f")).unwrap();
    home.write("f", "mine");
    home.run_after("exec 2>/dev/full", ["realize", "-b.bak"])
        .success()
        .stdout_has("1 backed up");
    assert_eq!(home.read("f"), "x\n");
    std::fs::remove_file(home.at("f")).unwrap();
    home.write("f", "mine");
    home.run_after("exec 2>/dev/full", ["select-generation", "1"])
        .success();
}

#[test]
fn a_reader_that_stops_early_is_none() {
    let home = realized();
    for typed in ["list-generations", "completions zsh", "help", "backups"] {
        let mut shell = Command::new("/bin/sh");
        home.environment(&mut shell);
        let nhmt = nhmt();
        let nhmt = nhmt.display();
        let script = format!("{{ {nhmt} {typed}; echo $? >&2; }} | :; {nhmt} status >&-");
        let outcome = Outcome::of(shell.args(["-c", &script])).stderr_lacks("panicked");
        let usage = typed == "backups";
        assert!(usage || outcome.stderr().starts_with('0'), "{outcome}");
    }
}

#[test]
fn colours_come_when_asked_for_and_never_by_themselves_in_a_pipe() {
    let mut home = realized();
    home.set_manifest(r#"{"f":{"text":"y\n"}}"#);
    home.run(["diff"]).success().stdout_lacks("\u{1b}");
    home.run(["diff", "--color", "always"])
        .success()
        .stdout_has("\u{1b}[31m-x");
    home.run(["diff", "--color", "never"])
        .success()
        .stdout_lacks("\u{1b}");
}

#[test]
fn quiet_leaves_results_and_errors() {
    let mut home = realized();
    home.set_manifest(r#"{"f":{"text":"y\n"}}"#);
    home.run(["diff", "-q"]).success().stdout_has("~ f");
    let outcome = home.run(["realize", "-q"]).success();
    assert_eq!(outcome.stdout() + &outcome.stderr(), "");
    home.run(["select-generation", "9", "-q"])
        .exit(1)
        .stderr_has("generation 9");
}

#[test]
fn a_dry_run_says_so_to_programs_too() {
    let mut home = realized();
    home.set_manifest(r#"{"f":{"text":"y\n"}}"#);
    let json = home.run(["realize", "-n", "--json"]).success().json();
    assert_eq!(json["dry_run"], true);
    let json = home.run(["realize", "--json"]).success().json();
    assert_eq!(json["dry_run"], false);
}
