//! A Nix store of one test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Outcome;

/// A store directory with its database, and the Nix that the tests run with:
/// the one whose commands lie in `$NHMT_TEST_NIX`, else the first on `$PATH`.
pub struct NixStore {
    root: PathBuf,
}

impl NixStore {
    /// Makes an empty store below `root`.
    pub fn new(root: &Path) -> Self {
        for dir in ["store", "state", "log", "conf"] {
            fs::create_dir_all(root.join(dir)).unwrap();
        }
        // No binary caches: nothing of this needs the network. Empty
        // `sandbox-paths` and `build-hook` because a Nix that was unpacked
        // rather than installed has neither at their compiled-in places.
        let lines = [
            "substituters =",
            "sandbox = true",
            "sandbox-paths =",
            "build-hook =",
            "build-users-group =",
            "",
        ];
        fs::write(root.join("conf/nix.conf"), lines.join("\n")).unwrap();
        Self {
            root: root.to_owned(),
        }
    }

    /// The store directory.
    pub fn store_dir(&self) -> PathBuf {
        self.root.join("store")
    }

    /// The directory with the GC roots.
    pub fn state_dir(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Replaces `nix.conf`.
    pub fn configure(&self, text: &str) {
        fs::write(self.root.join("conf/nix.conf"), text).unwrap();
    }

    /// Points a command at this store.
    pub fn environment(&self, command: &mut Command) {
        for (name, dir) in [
            ("NIX_STORE_DIR", "store"),
            ("NIX_STATE_DIR", "state"),
            ("NIX_LOG_DIR", "log"),
            ("NIX_CONF_DIR", "conf"),
        ] {
            command.env(name, self.root.join(dir));
        }
        command.env("PATH", Self::search_path());
    }

    /// Runs one of Nix's commands on this store and gives what it printed.
    #[track_caller]
    pub fn run<const N: usize>(&self, program: &str, arguments: [&str; N]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).env("HOME", &self.root);
        self.environment(&mut command);
        Outcome::of(&mut command)
            .success()
            .stdout()
            .trim_end()
            .to_owned()
    }

    fn search_path() -> String {
        let path = std::env::var("PATH").expect("PATH is set");
        match std::env::var("NHMT_TEST_NIX") {
            Ok(first) if !first.is_empty() => format!("{first}:{path}"),
            _ => path,
        }
    }
}
