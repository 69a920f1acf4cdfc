//! Where nhmt keeps its own things in a home.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::manifest::HomePath;

/// The places of one home. All follow from the home directory alone, never
/// from environment variables: cron and ssh sessions have others, and a second
/// anchor would be a second truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

impl Layout {
    /// The layout of the home at `home`, an absolute path.
    #[must_use]
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into() }
    }

    /// The home directory.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The state directory: anchor, backups, memory of what was written.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.home.join(".local/state/nhmt")
    }

    /// The anchor, a link to the home tree in force. Renaming it is the pivot.
    #[must_use]
    pub fn anchor(&self) -> PathBuf {
        self.state().join("current")
    }

    /// The GC root of a tree that is built but not yet a generation.
    #[must_use]
    pub fn pending(&self) -> PathBuf {
        self.state().join("pending")
    }

    /// The directory of backups, one directory below for each generation.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.state().join("backups")
    }

    /// Where the profile lies unless `--profile` says otherwise.
    #[must_use]
    pub fn default_profile(&self) -> PathBuf {
        self.home.join(".local/state/nix/profiles/nhmt")
    }

    /// The store that is used without Nix.
    #[must_use]
    pub fn local_store(&self) -> PathBuf {
        self.home.join(".local/share/nhmt/store")
    }

    /// The target of the link for a managed leaf: its place below the anchor.
    #[must_use]
    pub fn link_target(&self, path: &HomePath) -> PathBuf {
        let mut target = self.link_prefix();
        target.push(OsStr::from_bytes(path.as_bytes()));
        target
    }

    /// The target of the link for a managed leaf below a persisted directory.
    #[must_use]
    pub fn inside_target(&self, path: &HomePath) -> PathBuf {
        let mut target = self.anchor().join("inside");
        target.push(OsStr::from_bytes(path.as_bytes()));
        target
    }

    /// What every link target of this home starts with, without the `/`.
    #[must_use]
    pub fn link_prefix(&self) -> PathBuf {
        self.anchor().join("home")
    }
}
