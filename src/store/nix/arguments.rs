//! What the user wants passed on to Nix.

use std::process::Command;

/// Nix's own arguments on nhmt's command line. Not every command of Nix knows
/// every one of them, so they are kept by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Arguments {
    /// `--option NAME VALUE`.
    pub options: Vec<(String, String)>,
    /// `-I PATH`.
    pub include: Vec<String>,
    /// What is to become of a flake's lock file, as words: `--update-input`,
    /// `nixpkgs`, `--no-write-lock-file`. Nix heeds them for installables only.
    pub locks: Vec<String>,
    /// `--no-registries`, for flakes.
    pub no_registries: bool,
    /// `--refresh`: nothing that was downloaded counts as fresh.
    pub refresh: bool,
    /// `--offline`: what was downloaded is taken as it is.
    pub offline: bool,
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
        // What `nix --refresh` and `nix --offline` set; the older commands
        // have no such flags.
        if self.refresh {
            command.args(["--option", "tarball-ttl", "0"]);
            command.args(["--option", "narinfo-cache-negative-ttl", "0"]);
        }
        if self.offline {
            command.args(["--option", "substitute", "false"]);
            command.args(["--option", "tarball-ttl", "4294967295"]);
            command.args(["--option", "download-attempts", "1"]);
            command.args(["--option", "connect-timeout", "1"]);
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
        // The newer name of `--no-registries`, which every version takes.
        if self.no_registries {
            command.arg("--no-use-registries");
        }
        if self.impure {
            command.arg("--impure");
        }
    }

    /// Adds what commands that take installables take besides.
    pub(crate) fn add_locks(&self, command: &mut Command) {
        command.args(&self.locks);
    }

    /// Whether the lock file of a flake is not to be taken as it is.
    #[must_use]
    pub fn are_about_locks(&self) -> bool {
        !self.locks.is_empty()
    }

    /// The last value given for the option `name`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}
