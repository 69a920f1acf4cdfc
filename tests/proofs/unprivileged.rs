//! Proofs that must not run as root, whom no permission stops.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::support::{EXECUTABLE, nhmt};

const NOBODY: u32 = 65_534;

/// Runs `body` as an ordinary user: root lets a process of its own become one.
/// `test` is the full name of the calling test.
pub fn unprivileged(test: &str, body: impl FnOnce()) {
    if !rustix::process::geteuid().is_root() {
        return body();
    }
    let scratch = tempfile::Builder::new()
        .prefix("nhmt-test-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .unwrap();
    // The build folder may lie where that user cannot go.
    let copy = |from: &Path, name: &str| {
        let to = scratch.path().join(name);
        fs::copy(from, &to).unwrap();
        to
    };
    let proofs = copy(&std::env::current_exe().unwrap(), "proofs");
    let nhmt = copy(&nhmt(), "nhmt");
    let temporary = scratch.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    chown(&temporary, Some(NOBODY), Some(NOBODY)).unwrap();
    let done = Command::new(proofs)
        .args(["--exact", test, "--nocapture"])
        .env(EXECUTABLE, nhmt)
        .env("TMPDIR", temporary)
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let (said, failed) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{said}{failed}");
    assert!(said.contains("1 passed"), "`{test}` names no test:\n{said}");
    for line in said.lines() {
        if let Some(counts) = line.find("proof: ") {
            // `println!` would be captured.
            let line = format!("{}\n", &line[counts..]);
            std::io::stdout().write_all(line.as_bytes()).unwrap();
        }
    }
}
