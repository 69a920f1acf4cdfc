//! What the user wants passed on to Nix.

use std::process::Command;

/// Nix's own arguments on nhmt's command line. Not every command of Nix knows
/// every one of them, so they are kept by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// `--option NAME VALUE`.
    pub options: Vec<(String, String)>,
    /// `-I PATH`.
    pub include: Vec<String>,
    /// `--override-input NAME FLAKE`, for flakes.
    pub override_inputs: Vec<(String, String)>,
    /// `--store URL`.
    pub store: Option<String>,
    /// `--show-trace`.
    pub show_trace: bool,
    /// `--impure`, for flakes.
    pub impure: bool,
}

impl Arguments {
    /// Adds what every command of Nix takes.
    pub(super) fn add_settings(&self, command: &mut Command) {
        for (name, value) in &self.options {
            command.args(["--option", name, value]);
        }
        if let Some(store) = &self.store {
            command.args(["--store", store]);
        }
    }

    /// Adds what commands that evaluate take.
    pub(crate) fn add_evaluation(&self, command: &mut Command) {
        for path in &self.include {
            command.args(["-I", path]);
        }
        if self.show_trace {
            command.arg("--show-trace");
        }
    }

    /// Adds what commands that evaluate flakes take.
    pub(crate) fn add_flake(&self, command: &mut Command) {
        for (name, flake) in &self.override_inputs {
            command.args(["--override-input", name, flake]);
        }
        if self.impure {
            command.arg("--impure");
        }
    }

    /// The last value given for the option `name`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}
