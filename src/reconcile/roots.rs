//! The persistent directories that this home ever had, so that what lies in
//! them is found when no configuration names them any more.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::run::Run;
use crate::home::{AtPlace, HomeDir, HomeError, errno, os};

/// The file's name in the state directory: paths, each followed by a NUL.
const NAME: &str = "roots";

/// The memory of the persistent directories.
pub(super) struct Roots;

impl Roots {
    /// What is remembered; nothing when there is no memory.
    pub(super) fn read(home: &HomeDir) -> Result<Vec<PathBuf>, HomeError> {
        let Some(state) = home.state()? else {
            return Ok(Vec::new());
        };
        let mut bytes = Vec::new();
        let read = match state.open_file(os(NAME), false) {
            Ok(mut file) => file.read_to_end(&mut bytes).map_err(|error| errno(&error)),
            Err(Errno::NOENT) => Ok(0),
            Err(errno) => Err(errno),
        };
        read.at_path("read", home.layout().state().join(NAME))?;
        let paths = bytes
            .split(|&b| b == 0)
            .map(|path| Path::new(OsStr::from_bytes(path)));
        Ok(paths
            .filter(|path| path.is_absolute())
            .map(Path::to_owned)
            .collect())
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
        let next = format!("{NAME}.next");
        let write = || {
            match self.state.unlink(os(&next)) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno),
            }
            let mut file = self.state.create_file(os(&next), 0o600)?;
            file.write_all(&bytes).map_err(|error| errno(&error))?;
            rustix::fs::fsync(&file)?;
            self.state.replace(os(&next), os(NAME))
        };
        let written = write();
        if written.is_err() {
            let _ = self.state.unlink(os(&next));
        }
        written.at_path("write", self.home.layout().state().join(NAME))
    }
}
