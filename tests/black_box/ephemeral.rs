//! Homes that are thrown away, as the page on them says.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Home, nhmt};

/// What is to be typed in a section of the page: commands, and the lines of
/// their here-documents.
fn typed(section: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ephemeral-homes.md");
    let page = fs::read_to_string(page).unwrap();
    let start = page.find(&format!("\n## {section}\n")).unwrap() + 4;
    let section = page[start..].split("\n## ").next().unwrap();
    let mut script = String::new();
    let mut document = false;
    for line in section.lines().filter_map(|line| line.strip_prefix("    ")) {
        let command = line.strip_prefix("$ ");
        if let Some(line) = command.or(document.then_some(line)) {
            script.push_str(line);
            script.push('\n');
            document = line != "END" && (document || line.contains("<<'END'"));
        }
    }
    script
}

#[test]
fn the_five_minutes_of_the_page_go_as_it_says() {
    let home = Home::new();
    let (scratch, bin) = (home.outside("try"), home.outside("bin"));
    fs::create_dir(&bin).unwrap();
    symlink(nhmt(), bin.join("nhmt")).unwrap();
    let script = typed("In five minutes, without risk");
    assert_eq!(script.matches("bwrap").count(), 2, "{script}");
    let script = format!("set -e\n{script}").replace("/tmp/try", scratch.to_str().unwrap());
    let mut bash = Command::new("bash");
    bash.env_clear()
        .env("HOME", home.path())
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = bash.spawn().unwrap();
    // Each shell reads its own lines of it.
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert_eq!(
        said.matches("generation 1: 3 created, 0 unchanged").count(),
        3,
        "{said}"
    );
    let listed = said.rsplit("unchanged").next().unwrap();
    assert!(listed.contains(".inputrc\n"), "{said}");
    assert!(listed.contains("remember this"), "{said}");
    assert!(!listed.contains("\nb\n"), "{said}");
    let kept = fs::read_to_string(scratch.join("persist/notes/a")).unwrap();
    assert_eq!(kept, "remember this\n");
}
