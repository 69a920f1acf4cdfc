//! Programs and signals that come while a home is emptied: the wipe is stopped
//! when it has moved the first file to be deleted, and then goes on.

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, nhmt};

/// A wipe under strace(1), which stops it.
struct Wipe {
    strace: Child,
    process: Pid,
}

impl Wipe {
    /// Runs until the how-manieth file is in the private folder. `slowly`: the
    /// deletion of each takes a millisecond.
    fn stopped(home: &Home, when: usize, slowly: bool) -> Self {
        let inject = format!("inject=renameat2:signal=STOP:when={when}");
        let path = std::env::var_os("PATH").unwrap();
        let strace = std::env::split_paths(&path)
            .map(|dir| dir.join("strace"))
            .find(|file| file.is_file())
            .expect("strace on the search path");
        let mut command = Command::new(strace);
        home.environment(&mut command);
        let log = home.outside("trace");
        command.args(["-f", "-o"]).arg(&log);
        command.args(["-e", "trace=renameat2,unlinkat", "-e", &inject]);
        if slowly {
            command.args(["-e", "inject=unlinkat:delay_exit=1000"]);
        }
        command.arg(nhmt());
        command.args(["wipe", "--yes", "--lose-at-risk"]);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut strace = command.spawn().unwrap();
        let process = loop {
            thread::sleep(Duration::from_millis(5));
            let text = fs::read_to_string(&log).unwrap_or_default();
            if let Some(process) = stopped(&text) {
                break process;
            }
            assert!(strace.try_wait().unwrap().is_none(), "no stop: {text}");
        };
        Self { strace, process }
    }

    fn send(&self, signal: Signal) {
        kill_process(self.process, signal).unwrap();
    }

    fn go_on(self) -> Output {
        self.send(Signal::CONT);
        self.strace.wait_with_output().unwrap()
    }
}

/// The process that strace has seen stop.
fn stopped(log: &str) -> Option<Pid> {
    let line = log
        .lines()
        .find(|line| line.contains("stopped by SIGSTOP"))?;
    Pid::from_raw(line.split_whitespace().next()?.parse().ok()?)
}

fn home() -> Home {
    let home = Home::new().manifest(r#"{"managed":{"text":"1"}}"#);
    home.run(["realize"]).success();
    home
}

#[test]
fn what_programs_make_and_change_stays_and_is_named() {
    let home = home().file("d/a", "a").file("d/b", "b").file("d/c", "c");
    let wipe = Wipe::stopped(&home, 1, false);
    for name in ["a", "b", "c"] {
        home.write(&format!("d/{name}"), "changed by a program");
    }
    home.write("e/new", "made by a program");
    let output = wipe.go_on();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let mut named = 0;
    for name in ["a", "b", "c"] {
        assert_eq!(home.read(&format!("d/{name}")), "changed by a program");
        let said = format!("~/d/{name} was changed since it was looked at, so it stays");
        named += usize::from(stderr.contains(&said));
    }
    // The first had gone before the program made it anew.
    assert_eq!(named, 2, "{stderr}");
    assert_eq!(home.read("e/new"), "made by a program");
    assert!(stderr.contains("2 paths are still there"), "{stderr}");
}

#[test]
fn a_directory_that_got_something_stays_and_is_named() {
    let home = home().file("d/a", "a");
    let wipe = Wipe::stopped(&home, 1, false);
    home.write("d/new", "made by a program");
    let output = wipe.go_on();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(home.read("d/new"), "made by a program");
    assert!(!home.has("d/a"));
    let said = "~/d stays, because something has been put into it meanwhile";
    assert!(stderr.contains(said), "{stderr}");
    assert!(stderr.contains("1 path is still there"), "{stderr}");
}

#[test]
fn a_signal_ends_it_after_the_file_that_it_is_at() {
    let mut home = home();
    for number in 0..3_000 {
        home = home.file(&format!("d/{number}"), "mine");
    }
    let wipe = Wipe::stopped(&home, 2, true);
    wipe.send(Signal::TERM);
    let output = wipe.go_on();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(128 + 15), "{stderr}");
    let said = "interrupted; the same command deletes the rest";
    assert!(stderr.contains(said), "{stderr}");
    let left = fs::read_dir(home.at("d")).unwrap().count();
    assert!((1..3_000).contains(&left), "{left} left");
    let work = home.at(".local/state/nhmt/work");
    assert_eq!(fs::read_dir(work).unwrap().count(), 0);
    home.run_bare(["wipe", "--yes", "--lose-at-risk"])
        .success()
        .stdout_has(&format!("deleted {left} files"));
    assert!(home.is_managed("managed") && !home.has("d"));
}

#[test]
fn who_has_the_home_is_waited_for() {
    let home = home().file("a", "a");
    let wipe = Wipe::stopped(&home, 1, false);
    home.run_bare(["wipe", "--yes", "--lose-at-risk", "--no-wait"])
        .exit(1)
        .stderr_has("is in use by");
    assert!(wipe.go_on().status.success());
}
