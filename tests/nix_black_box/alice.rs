//! The example home, whole: every program that it configures reads the result.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Home, Outcome};

pub fn copy_example(home: &Home) -> PathBuf {
    let to = home.outside("configuration");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/alice");
    let mut copy = Command::new("cp");
    Outcome::of(copy.arg("-r").arg(from).arg(&to)).success();
    to.join("alice/home.nix")
}

fn realized() -> Home {
    let home = Home::with_nix();
    let configuration = copy_example(&home);
    run(&home, &configuration, &["realize"]).success();
    home
}

fn run(home: &Home, configuration: &Path, arguments: &[&str]) -> Outcome {
    let mut command = home.command();
    command
        .arg("-f")
        .arg(configuration)
        .arg("--home")
        .arg(home.path());
    Outcome::of(command.args(arguments))
}

#[test]
fn the_programs_read_what_was_written() {
    let home = realized();
    let mut bash = Command::new("bash");
    home.environment(&mut bash);
    bash.args([
        "--login",
        "-i",
        "-c",
        "echo \"editor=$EDITOR path=$PATH\"; shopt histappend",
    ]);
    let outcome = Outcome::of(&mut bash).stdout_has("editor=");
    assert!(
        !outcome.stdout().contains("editor= "),
        "EDITOR is set: {outcome}"
    );
    assert!(outcome.stdout().contains(".local/bin"), "{outcome}");

    for file in [".bashrc", ".profile", ".bash_profile"] {
        Outcome::of(Command::new("bash").arg("-n").arg(home.at(file))).success();
    }
    let mut git = Command::new("git");
    home.environment(&mut git);
    Outcome::of(git.args(["config", "--global", "--list"]))
        .success()
        .stdout_has("user.name=");
    assert!(home.has(".inputrc"));
}

#[test]
fn change_diff_realize_rollback() {
    let home = realized();
    let configuration = home.outside("configuration/alice/home.nix");
    let text = fs::read_to_string(&configuration).unwrap();
    let end = text.rfind('}').unwrap();
    let changed = format!(
        "{}  home.file.\"new file\".text = \"new\";\n}}\n",
        &text[..end]
    );
    fs::write(&configuration, changed).unwrap();
    run(&home, &configuration, &["diff"])
        .success()
        .stdout_has("+ new file");
    run(&home, &configuration, &["realize"])
        .success()
        .stdout_has("generation 2");
    assert_eq!(home.read("new file"), "new");
    run(&home, &configuration, &["rollback"]).success();
    assert!(!home.has("new file"));
    run(&home, &configuration, &["status"])
        .success()
        .stdout_has("generation 1");
}

#[test]
fn nothing_to_do_is_seen() {
    let home = realized();
    let configuration = home.outside("configuration/alice/home.nix");
    let json = run(&home, &configuration, &["realize", "--json"])
        .success()
        .json();
    assert_eq!(json["changed"], false);
    assert_eq!(json["generation"], 1);
}

#[test]
fn every_other_command_works_on_it() {
    let home = realized();
    let configuration = home.outside("configuration/alice/home.nix");
    run(&home, &configuration, &["build", "--no-link"])
        .success()
        .stdout_has("-nhmt-home");
    run(&home, &configuration, &["list-generations"])
        .success()
        .stdout_has("current");
    run(&home, &configuration, &["why", ".bashrc"])
        .success()
        .stdout_has("programs.bash");
    run(&home, &configuration, &["activate"]).success();
    run(&home, &configuration, &["backups", "list"]).success();
    run(&home, &configuration, &["delete-generations", "old"]).success();
}
