//! A Nix store of its own for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in the process that runs a test's body: the test's scratch directory.
const SCRATCH: &str = "NHMT_TEST_SCRATCH";

/// Runs `body` in a process of its own whose Nix has a private, empty store.
/// `test` is the full name of the calling test. The body is given a scratch
/// directory. A process of its own, because Nix's places are environment
/// variables, and those belong to all threads of a process.
///
/// # Panics
///
/// When the body fails, or when there is no Nix: these tests are never
/// skipped.
pub fn with_private_store(test: &str, body: impl FnOnce(&Path)) {
    if let Some(scratch) = std::env::var_os(SCRATCH) {
        return body(Path::new(&scratch));
    }
    let found = Command::new("nix-build").arg("--version").output();
    assert!(
        found.is_ok_and(|done| done.status.success()),
        "these tests need Nix: no `nix-build` on PATH"
    );
    let scratch = Scratch::new();
    let dir = |name: &str| {
        let dir = scratch.0.join(name);
        fs::create_dir_all(&dir).unwrap();
        dir
    };
    fs::write(
        dir("nix/conf").join("nix.conf"),
        "build-users-group =\nsubstituters =\nbuild-hook =\nsandbox = true\nsandbox-paths =\n",
    )
    .unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(SCRATCH, &scratch.0)
        .env("HOME", dir("home"))
        .env("XDG_CACHE_HOME", dir("cache"))
        .env("NIX_STORE_DIR", dir("nix/store"))
        .env("NIX_STATE_DIR", dir("nix/state"))
        .env("NIX_LOG_DIR", dir("nix/log"))
        .env("NIX_CONF_DIR", dir("nix/conf"))
        .env("NIX_PATH", "")
        .env_remove("NIX_REMOTE")
        .env_remove("NIX_CONFIG")
        .env_remove("NIX_USER_CONF_FILES")
        .env_remove("XDG_CONFIG_HOME")
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    let ran = String::from_utf8_lossy(&done.stdout);
    assert!(ran.contains("1 passed"), "`{test}` names no test:\n{ran}");
}

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("nhmt-").tempdir().unwrap();
        Self(dir.keep().canonicalize().unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What lies in a store is read-only.
        for entry in walkdir::WalkDir::new(&self.0).into_iter().flatten() {
            if entry.file_type().is_dir() {
                let _ = fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o755));
            }
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}
