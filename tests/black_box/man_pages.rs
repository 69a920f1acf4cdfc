//! The manual pages.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::{Home, Outcome};

#[test]
fn every_command_has_a_page_that_readers_of_pages_take() {
    let home = Home::new();
    let dir = home.outside("tmp/man");
    home.run_bare(["internal", "man", dir.to_str().unwrap()])
        .success();
    let names: BTreeSet<String> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let help = home.run_bare(["help"]).success().stdout();
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands.split("\n\n").next().unwrap();
    let mut expected = 0;
    for line in commands.lines().filter(|line| !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            assert!(
                names.contains(&format!("nhmt-{name}.1")),
                "{name}: {names:?}"
            );
            expected += 1;
        }
    }
    assert!(expected > 15, "{help}");
    assert!(names.contains("nhmt-persist-add.1"), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("internal")),
        "{names:?}"
    );
    for name in names {
        let page = dir.join(&name);
        let mut man = Command::new("man");
        man.args(["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]);
        let said = Outcome::of(man.arg(&page)).success();
        assert_eq!(said.stderr(), "", "{name}");
        let mut mandoc = Command::new("mandoc");
        mandoc.args(["-T", "lint", "-W", "warning"]).arg(&page);
        let lint = Outcome::of(&mut mandoc).stdout();
        // A date would make two builds of one source differ.
        let faults: Vec<&str> = lint
            .lines()
            .filter(|line| !line.contains("missing date"))
            .collect();
        assert_eq!(faults, [""; 0], "{name}");
    }
}

#[test]
fn examples_stand_as_in_the_help() {
    let home = Home::new();
    let dir = home.outside("tmp/man");
    home.run_bare(["internal", "man", dir.to_str().unwrap()])
        .success();
    let read = |name: &str| {
        let mut man = Command::new("man");
        man.env("MANWIDTH", "100")
            .args(["-E", "UTF-8", "-l", "-Tutf8", "-P", "cat"]);
        let said = Outcome::of(man.arg(dir.join(name))).success().stdout();
        // Bold is overstruck.
        let mut plain = String::new();
        for c in said.chars() {
            if c == '\u{8}' {
                plain.pop();
            } else {
                plain.push(c);
            }
        }
        plain
    };
    let page = read("nhmt-diff.1");
    assert!(
        page.contains("       nhmt diff 3            what has changed since generation 3\n"),
        "{page}"
    );
    assert!(page.contains("nhmt(1)"), "{page}");
    assert!(!page.contains("--override-input"), "{page}");
    let page = read("nhmt.1");
    assert!(page.contains("--override-input"), "{page}");
    assert!(page.contains("       3  something is in the way"), "{page}");
    home.run_bare(["internal", "man", "/proc/nowhere"])
        .exit(1)
        .stderr_has("/proc/nowhere");
}
