//! Commands as an ordinary user, who may not do everything.

use std::os::unix::process::CommandExt;

use walkdir::WalkDir;

use super::{Home, Outcome};

/// Who owns the home when the tests run as root.
const NOBODY: u32 = 65_534;

/// Fails with advice where only root can set up what a test is about: a test
/// that returned would pass without having tested anything.
#[track_caller]
pub fn needs_root() {
    assert!(
        rustix::process::geteuid().is_root(),
        "only root can make a file another user's, which this test needs; run it as root, or by \
         `unshare --map-root-user --map-auto` where you have subordinate user IDs"
    );
}

impl Home {
    /// Makes an ordinary user the owner of the home and all that is in it.
    pub fn give_to_owner(&self) {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        for entry in WalkDir::new(self.outside("")) {
            let path = entry.unwrap().into_path();
            std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    /// As [`Home::run`], as an ordinary user.
    pub fn run_as_owner<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        let mut command = self.command_for_all();
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        if let Some(configuration) = &self.configuration {
            command.arg("-f").arg(configuration);
        }
        Outcome::of(command.args(arguments))
    }
}
