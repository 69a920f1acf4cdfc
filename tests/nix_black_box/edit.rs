//! The configuration in an editor, and its files brought in and back.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::init::type_in;
use crate::support::{Home, Outcome};

/// A home with this configuration where nhmt looks for it.
pub(super) fn home(body: &str) -> Home {
    let text = format!("{{ ... }}:\n{{\n{body}}}\n");
    Home::with_nix().file(".config/nhmt/home.nix", &text)
}

pub(super) const NIX: &str = ".config/nhmt/home.nix";

/// An editor that runs `script` on its file, `$1`.
fn editor(home: &Home, script: &str) -> String {
    let path = home.outside("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{} ", path.display())
}

#[test]
fn what_was_edited_is_checked_and_shown() {
    let home = home("  home.file.\"f\".text = \"x\";\n");
    home.run_bare(["realize"]).success();
    let edit = |home: &Home, script: &str| {
        let editor = editor(home, script);
        Outcome::of(home.command().env("EDITOR", editor).arg("edit"))
    };
    edit(&home, "true").success().stdout_has("is as it was");
    edit(&home, r#"sed -i 's/"x"/"y"/' "$1""#)
        .success()
        .stdout_has("+y")
        .stderr_has("next: `nhmt realize`");
    assert_eq!(home.read("f"), "x");
    edit(&home, "echo '{' > \"$1\"")
        .exit(4)
        .stderr_has("syntax error");
    edit(&home, "exit 3")
        .exit(1)
        .stderr_has("failed")
        .stderr_has("nothing was checked");
    home.run_bare(["edit", "--json"])
        .exit(2)
        .stderr_has("prints no JSON");
    let mut visual = home.command();
    visual.env("EDITOR", "false").env("VISUAL", "true");
    Outcome::of(visual.arg("edit")).success();
}

/// A configuration is often more than the file that the editor was given.
#[test]
fn an_edit_of_another_file_is_checked_too() {
    let home = home("  imports = [ ./more.nix ];\n").file(
        ".config/nhmt/more.nix",
        "{ home.file.\"f\".text = \"x\"; }\n",
    );
    home.run_bare(["realize"]).success();
    let editor = editor(&home, r#"sed -i 's/"x"/"y"/' "${1%home.nix}more.nix""#);
    Outcome::of(home.command().env("EDITOR", editor).arg("edit"))
        .success()
        .stdout_has("+y");
}

#[test]
fn on_a_terminal_it_offers_to_edit_again_and_to_realize() {
    let home = home("  home.file.\"f\".text = \"x\";\n");
    // Wrong the first time, right the second.
    let editor = editor(
        &home,
        "if [ -e \"$1.once\" ]; then rm \"$1.once\"; printf '{ ... }:\\n{\\n  home.file.\"f\".text = \"z\";\\n}\\n' > \"$1\"; else : > \"$1.once\"; echo '{' > \"$1\"; fi",
    );
    let shown = type_in(&home, &[("EDITOR", &editor)], "edit", "y\ny\n");
    assert!(
        shown.contains("Edit again?") && shown.contains("Realize it?"),
        "{shown}"
    );
    assert_eq!(home.read("f"), "z");
    let editor = self::editor(&home, "echo '{' > \"$1\"");
    let shown = type_in(&home, &[("EDITOR", &editor)], "edit", "n\n");
    assert!(
        shown.contains("stays as you left it, and is not realized"),
        "{shown}"
    );
    assert_eq!(home.read(NIX), "{\n");
}

struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn becomes(home: &Home, text: &str) {
    let start = Instant::now();
    while fs::read_to_string(home.at("f")).ok().as_deref() != Some(text) {
        assert!(start.elapsed() < Duration::from_mins(2), "{text}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn each_save_is_realized() {
    let home = home("  home.file.\"f\".source = ./f;\n").file(".config/nhmt/f", "1");
    let mut command = home.command_for_signals();
    command
        .args(["edit", "--watch"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = Watching(command.spawn().unwrap());
    let lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let (send, errors) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    becomes(&home, "1");
    // As editors save: by a rename, and in place.
    home.write(".config/nhmt/.f.new", "2");
    fs::rename(home.at(".config/nhmt/.f.new"), home.at(".config/nhmt/f")).unwrap();
    becomes(&home, "2");
    home.write(".config/nhmt/f", "3");
    becomes(&home, "3");
    // After an error it goes on.
    let good = home.read(NIX);
    home.write(NIX, "{");
    let wait = Duration::from_mins(2);
    let error = |text: &str| loop {
        let line = errors.recv_timeout(wait).expect("a line of the error");
        if line.contains(text) {
            break;
        }
    };
    error("syntax error");
    home.write(NIX, &good.replace("source = ./f", "text = \"4\""));
    becomes(&home, "4");
    kill_process(Pid::from_child(&child.0), Signal::TERM).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}
