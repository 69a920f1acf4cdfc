//! Commands whose system calls fail as they would on another system.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Home, Outcome};

impl Home {
    /// As [`Home::run`], with system calls that fail: `renameat2:error=EINVAL`
    /// for one, as strace(1) takes them after `-e inject=`. At least one call
    /// must have failed, or the test shows nothing.
    pub fn run_failing<const N: usize>(&self, calls: &[&str], arguments: [&str; N]) -> Outcome {
        let (outcome, log) = self.run_traced(calls, arguments);
        assert!(log.contains("(INJECTED)"), "no call failed:\n{log}");
        outcome
    }

    /// As [`Home::run`], killed at a call such as `rename:signal=KILL:when=3`;
    /// `None` when it came to its end before.
    pub fn run_killed<const N: usize>(&self, call: &str, arguments: [&str; N]) -> Option<Outcome> {
        let (outcome, log) = self.run_traced(&[call], arguments);
        log.contains("killed by SIGKILL").then_some(outcome)
    }

    /// As [`Home::run`], with `signal` sent at its call number `when`, counted
    /// from 1 among those that name a file or start a process; `None` when it
    /// makes fewer.
    pub fn run_signalled<const N: usize>(
        &self,
        signal: &str,
        when: usize,
        arguments: [&str; N],
    ) -> Option<Outcome> {
        let log = tempfile::NamedTempFile::new_in(self.outside("")).unwrap();
        let mut command = Command::new(strace());
        self.environment(&mut command);
        command.stdin(Stdio::null());
        // Its children are not traced: they would count calls of their own.
        command.arg("-o").arg(log.path());
        let calls = "%file,clone,clone3,fork,vfork";
        command.args(["-e", &format!("trace={calls}")]);
        let inject = format!("inject={calls}:signal={signal}:when={when}");
        command.args(["-e", &inject]);
        // The tests' own parent may ignore it.
        command.args(["/usr/bin/env", &format!("--default-signal={signal}")]);
        command.arg(self.program());
        if let Some(configuration) = &self.configuration {
            command.arg("-f").arg(configuration);
        }
        let outcome = Outcome::of(command.args(arguments));
        let log = fs::read_to_string(log).unwrap();
        log.contains(&format!("--- SIG{signal} "))
            .then_some(outcome)
    }

    /// As [`Home::run_failing`], with the traced calls; perhaps none failed.
    pub fn run_traced<const N: usize>(
        &self,
        calls: &[&str],
        arguments: [&str; N],
    ) -> (Outcome, String) {
        let log = tempfile::NamedTempFile::new_in(self.outside("")).unwrap();
        let mut command = Command::new(strace());
        self.environment(&mut command);
        command.stdin(Stdio::null());
        command.args(["-f", "-o"]).arg(log.path());
        let names = calls.iter().map(|call| call.split(':').next().unwrap());
        let names: Vec<_> = names.collect();
        command.args(["-e", &format!("trace={}", names.join(","))]);
        for call in calls {
            command.args(["-e", &format!("inject={call}")]);
        }
        command.arg(self.program());
        if let Some(configuration) = &self.configuration {
            command.arg("-f").arg(configuration);
        }
        let outcome = Outcome::of(command.args(arguments));
        (outcome, fs::read_to_string(log).unwrap())
    }
}

/// Tests have no search path of their own.
fn strace() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|dir| dir.join("strace"))
        .find(|file| file.is_file())
        .expect("strace on the search path")
}
