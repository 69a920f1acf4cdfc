//! The persistent directories that this home ever had, so that what lies in
//! them is found when no configuration names them any more.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::run::Run;
use crate::home::{AtPlace, HomeDir, HomeError, ROOTS, errno, os};

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
        let next = format!("{ROOTS}.next");
        let write = || {
            match self.state.unlink(os(&next)) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno),
            }
            let mut file = self.state.create_file(os(&next), 0o600)?;
            file.write_all(&bytes).map_err(|error| errno(&error))?;
            rustix::fs::fsync(&file)?;
            self.state.replace(os(&next), os(ROOTS))
        };
        let written = write();
        if written.is_err() {
            let _ = self.state.unlink(os(&next));
        }
        written.at_path("write", self.home.layout().state().join(ROOTS))
    }
}
