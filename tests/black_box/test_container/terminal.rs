//! The terminal, and signals.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::simple;
use crate::support::{self, Home};

/// A terminal, as script(1) makes one, with `nhmt` in it.
pub(super) struct Terminal {
    script: std::process::Child,
    seen: String,
}

impl Terminal {
    /// Runs `shell` in it, where `nhmt` stands for the command under test.
    pub(super) fn running(home: &Home, shell: &str) -> Self {
        let configuration = home.outside("configuration/home.json");
        let nhmt = format!(
            "{} -f {} test-container",
            support::nhmt().display(),
            configuration.display()
        );
        // A shell that runs tests in the background has them ignore its keys.
        // Only a test that fails meets the limit.
        let mut script = Command::new("/usr/bin/env");
        home.environment(&mut script);
        script.args(["--default-signal=INT,QUIT", "/usr/bin/timeout"]);
        script.args(["--foreground", "120", "/usr/bin/script", "-qec"]);
        script.arg(shell.replace("nhmt", &nhmt)).arg("/dev/null");
        script.env("SHELL", "/bin/sh");
        let script = script.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self {
            script: script.spawn().unwrap(),
            seen: String::new(),
        }
    }

    pub(super) fn type_in(&mut self, text: &str) {
        let keys = self.script.stdin.as_mut().unwrap();
        keys.write_all(text.as_bytes()).unwrap();
        keys.flush().unwrap();
    }

    /// Waits until `text` was printed.
    pub(super) fn until(&mut self, text: &str) {
        let mut byte = [0];
        while !self.seen.contains(text) {
            let screen = self.script.stdout.as_mut().unwrap();
            assert_eq!(
                screen.read(&mut byte).unwrap(),
                1,
                "no {text:?} in {:?}",
                self.seen
            );
            self.seen.push(char::from(byte[0]));
        }
    }

    /// Ends the terminal itself.
    pub(super) fn hang_up(mut self) {
        // timeout(1) passes it on to script(1).
        let id = self.script.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
        self.script.wait().unwrap();
    }

    pub(super) fn exit(mut self, code: i32) -> String {
        let mut rest = Vec::new();
        let screen = self.script.stdout.as_mut().unwrap();
        screen.read_to_end(&mut rest).unwrap();
        self.seen += &String::from_utf8_lossy(&rest);
        let status = self.script.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{:?}", self.seen);
        self.seen
    }
}

#[test]
fn a_shell_has_job_control() {
    let home = simple();
    let mut terminal = Terminal::running(&home, "nhmt");
    terminal.type_in("sleep 1000 & echo flags:$-\r");
    terminal.until("flags:");
    terminal.until("m");
    terminal.type_in("jobs; echo sum:$((40 + 2))\r");
    terminal.until("sum:42");
    terminal.type_in("kill %1; exit 3\r");
    let seen = terminal.exit(3);
    assert!(seen.contains("Running"), "{seen:?}");
    assert!(!seen.contains("job control"), "{seen:?}");
}

#[test]
fn the_terminal_is_given_back() {
    let home = simple();
    // This shell has no job control, so that it does not take it by itself.
    let mut terminal = Terminal::running(&home, "nhmt; echo code:$?; read x; echo \"read:$x\"");
    terminal.type_in("echo up:$((1 + 1))\r");
    terminal.until("up:2");
    terminal.type_in("exit 5\r");
    terminal.until("code:5");
    terminal.type_in("hello\r");
    assert!(terminal.exit(0).contains("read:hello"));
}

#[test]
fn ctrl_c_is_the_commands() {
    let home = simple();
    let mut terminal = Terminal::running(
        &home,
        "exec nhmt -- sh -c 'trap \"echo caught; exit 9\" INT; echo ready; while :; do sleep 0.1; done'",
    );
    terminal.until("ready");
    terminal.type_in("\x03");
    let seen = terminal.exit(9);
    assert!(
        seen.contains("caught") && !seen.contains("error"),
        "{seen:?}"
    );
    let mut terminal = Terminal::running(&home, "exec nhmt -- sh -c 'echo ready; exec sleep 1000'");
    terminal.until("ready");
    terminal.type_in("\x03");
    terminal.exit(130);
}

#[test]
fn nobody_types_into_the_terminal_outside() {
    let home = simple();
    let perl =
        "nhmt -- perl -e 'my $x = \"x\"; ioctl(STDIN, 0x5412, $x) or print \"refused: $!\\n\"'";
    let seen = Terminal::running(&home, perl).exit(0);
    assert!(
        seen.contains("refused: Operation not permitted"),
        "{seen:?}"
    );
}

#[test]
fn who_ends_nhmt_ends_the_container() {
    let home = simple();
    let mut command = home.command();
    command
        .arg("-f")
        .arg(home.outside("configuration/home.json"));
    command.args([
        "test-container",
        "--",
        "sh",
        "-c",
        "echo ready; exec sleep 1000",
    ]);
    let mut nhmt = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0; 6];
    let mut output = nhmt.stdout.take().unwrap();
    output.read_exact(&mut ready).unwrap();
    let id = rustix::process::Pid::from_child(&nhmt);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(nhmt.wait().unwrap().code(), Some(143));
    // The pipe ends with the last process that has it.
    assert_eq!(output.read(&mut ready).unwrap(), 0);
    let left = fs::read_dir(home.outside("tmp")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn signals_that_were_ignored_stay_so() {
    let home = simple();
    let mask = |before: &str| {
        let outcome = home.run_after(
            before,
            [
                "test-container",
                "--",
                "grep",
                "SigIgn",
                "/proc/self/status",
            ],
        );
        let text = outcome.success().stdout();
        u64::from_str_radix(text.split_whitespace().last().unwrap(), 16).unwrap() & 0b110
    };
    assert_eq!(mask("true"), 0);
    assert_eq!(mask("trap '' INT"), 0b010);
    assert_eq!(mask("trap '' QUIT"), 0b100);
}
