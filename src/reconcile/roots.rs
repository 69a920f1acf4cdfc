//! The persistent directories that this home ever had, so that what lies in
//! them is found when no configuration names them any more.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::run::Run;
use crate::home::{AtPlace, HomeDir, HomeError, ROOTS, os};

/// The memory of the persistent directories.
pub(super) struct Roots;

impl Roots {
    /// What is remembered; nothing when there is no memory.
    pub(super) fn read(home: &HomeDir) -> Result<Vec<PathBuf>, HomeError> {
        home.roots()
    }
}

impl Run<'_> {
    /// Remembers the persistent directory `root`.
    pub(super) fn remember_root(&self, root: &Path) -> Result<(), HomeError> {
        let mut all = Roots::read(self.home)?;
        if all.iter().any(|known| known == root) {
            return Ok(());
        }
        all.push(root.to_owned());
        let mut bytes = Vec::new();
        for root in &all {
            bytes.extend_from_slice(root.as_os_str().as_bytes());
            bytes.push(0);
        }
        let written = self.state.write_whole(os(ROOTS), &bytes);
        written.at_path("write", self.home.layout().state().join(ROOTS))
    }
}
