//! What benchmarks with Nix share: a scratch home, and a table of times.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A scratch home with a store of its own.
pub struct Home {
    pub dir: TempDir,
}

impl Home {
    /// An empty one; `settings` is a line of nix.conf(5).
    pub fn new(settings: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("nhmt-bench-").tempdir();
        let home = Self { dir: dir.unwrap() };
        for name in ["home", "cache", "tmp"] {
            fs::create_dir(home.at(name)).unwrap();
        }
        for name in ["store", "state", "log", "conf"] {
            fs::create_dir_all(home.at("nix").join(name)).unwrap();
        }
        let conf = format!("substituters =\nbuild-hook =\nbuild-users-group =\n{settings}\n");
        fs::write(home.at("nix/conf/nix.conf"), conf).unwrap();
        home
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn environment(&self, command: &mut Command) {
        for (name, path) in [
            ("HOME", "home"),
            ("XDG_CACHE_HOME", "cache"),
            ("TMPDIR", "tmp"),
            ("NIX_STORE_DIR", "nix/store"),
            ("NIX_STATE_DIR", "nix/state"),
            ("NIX_LOG_DIR", "nix/log"),
            ("NIX_CONF_DIR", "nix/conf"),
        ] {
            command.env(name, self.at(path));
        }
        command.stdin(Stdio::null());
    }
}

/// The heading of what [`report`] prints.
pub fn heading() {
    println!(
        "{:<52} {:>10} {:>10} {:>7}",
        "case", "nhmt", "reference", "ratio"
    );
}

/// A line: the times of `nhmt` and of the reference, and their ratio.
pub fn report(case: &str, nhmt: Duration, reference: Duration) {
    println!(
        "{case:<52} {:>7.1} ms {:>7.1} ms {:>7.2}",
        nhmt.as_secs_f64() * 1e3,
        reference.as_secs_f64() * 1e3,
        nhmt.as_secs_f64() / reference.as_secs_f64()
    );
}

pub fn middle(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}
