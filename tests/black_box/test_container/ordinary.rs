//! All of these tests again by an ordinary user, when they run as root, to whom
//! the kernel and bubblewrap grant more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::NOBODY;
use crate::support::{self, EXECUTABLE, Outcome};

/// The bubblewrap of the folder `bin` where everybody can go: in `to`, when it
/// was set up for tests.
pub(super) fn reachable(bin: &Path, to: &Path) -> PathBuf {
    let dir = bin.parent().unwrap();
    if !dir.join("stamp").exists() {
        return bin.to_owned();
    }
    let mut command = Command::new("/bin/cp");
    Outcome::of(command.arg("-a").arg(dir).arg(to)).success();
    to.join("bin")
}

#[test]
fn the_same_for_an_ordinary_user() {
    if !rustix::process::geteuid().is_root() {
        // They are an ordinary user's as it is.
        return;
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
    let tests = copy(&std::env::current_exe().unwrap(), "tests");
    let nhmt = copy(&support::nhmt(), "nhmt");
    let temporary = scratch.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    std::os::unix::fs::chown(&temporary, Some(NOBODY), Some(NOBODY)).unwrap();
    let mut command = Command::new(tests);
    // Those about overlays try both by themselves.
    command.args([
        "test_container::",
        "--skip",
        "overlays",
        "--skip",
        "ordinary",
    ]);
    command.env(EXECUTABLE, nhmt).env("TMPDIR", temporary);
    command.env("HOME", "/nonexistent").current_dir("/");
    if let Some(newer) = std::env::var_os("NHMT_TEST_BWRAP").filter(|bin| !bin.is_empty()) {
        let newer = reachable(Path::new(&newer), &scratch.path().join("bubblewrap"));
        command.env("NHMT_TEST_BWRAP", newer);
    }
    let outcome = Outcome::of(command.uid(NOBODY).gid(NOBODY)).success();
    let said = outcome.stdout();
    let passed = said.matches("... ok").count();
    assert!(passed > 40, "{said}");
}
