//! Persisted paths in a container.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::terminal::Terminal;
use super::{NOBODY, all, become_nobody, home, stand_in};
use crate::support::{Home, Outcome};

/// A home with a persisted directory and file, which `method` leads to.
fn persisting(method: &str) -> Home {
    let mut home = home();
    let root = home.outside("persist");
    let json = serde_json::json!({
        "version": 1,
        "home": {"username": "tester", "directory": home.path()},
        "files": {"declared": {"text": "declared\n"}},
        "profile": root.join(".nhmt/profile"),
        "state": [
            {"path": "notes", "root": root, "kind": "directory", "method": method},
            {"path": ".history", "root": root, "kind": "file", "method": method},
        ],
    });
    home.set_configuration("home.json", &json.to_string());
    home
}

/// The same with data in the root.
pub(super) fn with_data(method: &str) -> Home {
    let home = persisting(method);
    fs::create_dir_all(root(&home).join("notes")).unwrap();
    fs::write(root(&home).join("notes/a"), "kept\n").unwrap();
    fs::write(root(&home).join(".history"), "one\n").unwrap();
    fs::write(root(&home).join("other"), "not of the home\n").unwrap();
    home
}

pub(super) fn root(home: &Home) -> PathBuf {
    home.outside("persist")
}

/// The root has nothing but what [`with_data`] made.
pub(super) fn is_untouched(home: &Home) {
    let names = |dir: PathBuf| {
        let names = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(root(home)), [".history", "notes", "other"]);
    assert_eq!(names(root(home).join("notes")), ["a"]);
    assert_eq!(history(home), "one\n");
}

pub(super) fn history(home: &Home) -> String {
    fs::read_to_string(root(home).join(".history")).unwrap()
}

pub(super) const USE: &str = "cat notes/a .history; echo two >> .history; cat .history
    echo b > notes/b; rm notes/a; echo three > new; mv new .history 2>/dev/null || cat new > .history
    cat .history; nhmt status >/dev/null || echo status";

#[test]
fn persisted_paths_are_thrown_away_with_the_home() {
    for method in ["symlink", "bind"] {
        let home = with_data(method);
        let before = all(&home);
        let seen = home.run(["test-container", "--", "sh", "-c", USE]);
        let seen = seen.success().stderr_lacks("error").stdout();
        assert_eq!(seen, "kept\none\none\ntwo\nthree\n", "{method}");
        is_untouched(&home);
        assert_eq!(all(&home), before);
        let left = fs::read_dir(home.outside("tmp")).unwrap().count();
        assert_eq!(left, 0, "{method}: no copy stays");
    }
}

#[test]
fn a_root_that_is_not_there_is_made_inside_only() {
    for method in ["symlink", "bind"] {
        let home = persisting(method);
        let script = "echo x > notes/a; echo y > .history; cat notes/a .history; ls -A ~";
        home.run(["test-container", "--", "sh", "-c", script])
            .success()
            .stdout_has("x\ny\n.history\n.local\ndeclared\nnotes\n");
        assert!(!root(&home).exists(), "{method}");
    }
}

#[test]
fn what_is_too_large_to_be_copied_is_empty_inside() {
    // Overlays have no need of copies.
    let home = with_data("symlink");
    let older = "case $1 in --version) echo bubblewrap 0.8.0; exit;; esac
        PATH=${PATH#*:} exec bwrap \"$@\"";
    let path = stand_in(&home, older);
    let home = home.env("PATH", &path);
    let large = fs::File::create(root(&home).join("notes/large")).unwrap();
    large.set_len(300 << 20).unwrap();
    home.run(["test-container", "--", "sh", "-c", "ls -A notes; cat .history"])
        .success()
        .stdout_lacks("large")
        .stdout_has("one\n")
        .stderr_has("~/notes is empty inside: of all persisted paths, 256 MiB are copied at most; `--share-state` shows the real one");
}

#[test]
fn real_persisted_paths_are_shared() {
    for (flag, method) in [
        ("--share-state", "symlink"),
        ("--ephemeral", "symlink"),
        ("--share-state", "bind"),
        ("--ephemeral", "bind"),
    ] {
        let home = with_data(method);
        let before = all(&home);
        let seen = home.run(["test-container", flag, "--", "sh", "-c", USE]);
        let seen = seen.success().stderr_lacks("error").stdout();
        assert_eq!(seen, "kept\none\none\ntwo\nthree\n", "{flag} {method}");
        assert_eq!(history(&home), "three\n", "{flag} {method}");
        let notes = root(&home).join("notes");
        assert_eq!(fs::read_to_string(notes.join("b")).unwrap(), "b\n");
        assert!(!notes.join("a").exists());
        assert_eq!(all(&home), before);
        // The next home has it again, the real profile has no generation of it.
        home.run(["test-container", flag, "--", "cat", ".history"])
            .success()
            .stdout_has("three\n");
        assert!(!root(&home).join(".nhmt/profile").exists());
        assert!(!root(&home).join(".nhmt/profile-store").exists());
    }
}

#[test]
fn what_was_replaced_is_taken_back_however_the_command_ends() {
    for (end, code) in [("exit 7", 7), ("kill -KILL $$", 137), ("kill -INT $$", 130)] {
        let home = with_data("symlink");
        let script = format!("echo {code} > new; mv new .history; {end}");
        home.run(["test-container", "--ephemeral", "--", "sh", "-c", &script])
            .exit(code);
        assert_eq!(history(&home), format!("{code}\n"));
        // What the root had is a backup there.
        assert!(root(&home).join(".nhmt/backups").is_dir());
    }
}

#[test]
fn what_was_replaced_is_taken_back_when_nhmt_is_ended() {
    for (signal, command, code) in [
        ("TERM", "sh", Some(143)),
        ("HUP", "sh", Some(129)),
        ("KILL", "sh", None),
    ] {
        let home = with_data("symlink");
        let mut nhmt = home.command_for_signals();
        nhmt.arg("-f").arg(home.outside("configuration/home.json"));
        nhmt.args(["test-container", "--ephemeral", "--", command, "-c"]);
        // Written in the last moment, too.
        let script = "trap 'echo last > new; mv new .history; trap - TERM HUP; exit 5' TERM HUP
            echo first > new; mv new .history; echo ready; while :; do sleep 0.1; done";
        nhmt.arg(script).stdout(Stdio::piped());
        let mut child = nhmt.spawn().unwrap();
        let mut ready = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
        // All that runs inside has this end of the pipe.
        std::io::Read::read_to_string(&mut out, &mut ready).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(history(&home), "last\n", "{signal}");
        if code.is_some() {
            assert_eq!(status.code(), Some(5), "{signal}: the command's");
        }
    }
}

#[test]
fn roots_are_made_for_a_home_that_one_lives_in() {
    for method in ["symlink", "bind"] {
        let home = persisting(method);
        let script = "echo x > notes/a; echo y > .history";
        home.run(["test-container", "--ephemeral", "--", "sh", "-c", script])
            .success();
        assert_eq!(
            fs::read_to_string(root(&home).join("notes/a")).unwrap(),
            "x\n"
        );
        assert_eq!(history(&home), "y\n");
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(root(&home)).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o700);
    }
}

#[test]
fn a_root_that_cannot_be_made_is_said_before_anything_starts() {
    let home = persisting("symlink");
    fs::write(root(&home), "a file").unwrap();
    for flag in ["--share-state", "--ephemeral"] {
        home.run(["test-container", flag, "--", "echo", "started"])
            .exit(1)
            .stdout_lacks("started")
            .stderr_has(&format!(
                "the persistent directory {} cannot be used: Not a directory",
                root(&home).display()
            ))
            .stderr_has("install -d -o");
    }
    // Nothing is made to show the command.
    fs::remove_file(root(&home)).unwrap();
    home.run(["test-container", "--ephemeral", "-n", "--", "true"])
        .success()
        .stdout_has(&format!("--bind {0} {0}", root(&home).display()));
    assert!(!root(&home).exists());
}

#[test]
fn an_ordinary_user_has_state_without_rights() {
    for flag in ["--ephemeral", "--share-state"] {
        let home = with_data("symlink");
        let mut command = home.command_for_all();
        command
            .arg("-f")
            .arg(home.outside("configuration/home.json"));
        become_nobody(&home, &mut command);
        let seen = Outcome::of(command.args(["test-container", flag, "--", "sh", "-c", USE]));
        let seen = seen.success().stderr_lacks("error").stdout();
        assert_eq!(seen, "kept\none\none\ntwo\nthree\n");
        assert_eq!(history(&home), "three\n");
        if rustix::process::geteuid().is_root() {
            let data = fs::metadata(root(&home).join(".history")).unwrap();
            assert_eq!(std::os::unix::fs::MetadataExt::uid(&data), NOBODY);
        }
    }
}

/// bubblewrap with overlays, as far as the words go.
#[test]
fn a_newer_bubblewrap_is_asked_for_overlays_of_roots() {
    let version = "case $1 in --version) echo bubblewrap 0.11.0; exit;; esac\nexit 0";
    let show = |home: &Home| {
        let path = stand_in(home, version);
        let mut command = home.command();
        command.env("PATH", path).arg("-f");
        command.arg(home.outside("configuration/home.json"));
        Outcome::of(command.args(["test-container", "-n", "--", "true"])).success()
    };
    let home = with_data("symlink");
    let words = format!("--overlay-src {0} --tmp-overlay {0}", root(&home).display());
    show(&home).stdout_has(&words);
    // What is mounted in the home and its place are one thing, which two
    // overlays are not.
    show(&with_data("bind")).stdout_lacks("overlay");
    // Nothing is laid over what is not there.
    show(&persisting("symlink")).stdout_lacks("overlay");
}

/// A window that is closed ends its terminal, and so the session.
#[test]
fn what_was_replaced_is_taken_back_when_the_terminal_goes() {
    let home = with_data("symlink");
    let mut terminal = Terminal::running(&home, "SHELL=/bin/bash exec nhmt --ephemeral");
    terminal.type_in(
        "trap '' HUP; trap 'echo last > new; mv new .history' EXIT; echo sum:$((40 + 2))\r",
    );
    terminal.until("sum:42");
    terminal.hang_up();
    // Only a test that fails meets the limit.
    for _ in 0..1200 {
        if history(&home) == "last\n" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{:?}", history(&home));
}

/// Ctrl-C is the command's, and what it replaces then is kept.
#[test]
fn ctrl_c_is_the_commands_in_a_home_that_one_lives_in() {
    let home = with_data("symlink");
    let script = "trap \"echo last > new; mv new .history; exit 9\" INT; echo rea\"\"dy; while :; do sleep 0.1; done";
    let mut terminal =
        Terminal::running(&home, &format!("exec nhmt --ephemeral -- sh -c '{script}'"));
    terminal.until("ready");
    terminal.type_in("\x03");
    terminal.exit(9);
    assert_eq!(history(&home), "last\n");
}

#[test]
fn a_generation_whose_store_is_in_the_root_is_entered() {
    let home = with_data("symlink");
    home.run(["realize"]).success();
    for flag in ["--net", "--share-state"] {
        let home = &home;
        home.run_bare([
            "test-container",
            "--generation",
            "1",
            flag,
            "--profile",
            root(home).join(".nhmt/profile").to_str().unwrap(),
            "--",
            "cat",
            "declared",
            ".history",
        ])
        .success()
        .stdout_has("declared\none\n");
    }
    home.run(["status"]).success();
}
