//! What a command printed, and how it ended.

use std::process::{Command, Output};

use serde_json::Value;

/// The outcome of one command, with assertions that show all of it.
#[derive(Debug)]
pub struct Outcome {
    typed: String,
    output: Output,
}

impl Outcome {
    /// Runs `command` to its end.
    pub fn of(command: &mut Command) -> Self {
        let typed = format!("{command:?}");
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{typed}: {error}"));
        Self { typed, output }
    }

    /// Standard output.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard error.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The exit code; none when a signal ended the command.
    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// The exit code must be this one.
    #[track_caller]
    pub fn exit(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{self}");
        self
    }

    /// The exit code must be 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.exit(0)
    }

    /// Standard output must contain this.
    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Self {
        assert!(
            self.stdout().contains(text),
            "no {text:?} in stdout of {self}"
        );
        self
    }

    /// Standard error must contain this.
    #[track_caller]
    pub fn stderr_has(self, text: &str) -> Self {
        assert!(
            self.stderr().contains(text),
            "no {text:?} in stderr of {self}"
        );
        self
    }

    /// Standard output must not contain this.
    #[track_caller]
    pub fn stdout_lacks(self, text: &str) -> Self {
        assert!(
            !self.stdout().contains(text),
            "{text:?} in stdout of {self}"
        );
        self
    }

    /// Standard error must not contain this.
    #[track_caller]
    pub fn stderr_lacks(self, text: &str) -> Self {
        assert!(
            !self.stderr().contains(text),
            "{text:?} in stderr of {self}"
        );
        self
    }

    /// Standard output must be one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\n{}\n--- stdout\n{}--- stderr\n{}",
            self.typed,
            self.output.status,
            self.stdout(),
            self.stderr()
        )
    }
}
