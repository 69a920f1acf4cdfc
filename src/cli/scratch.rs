//! A directory for what is needed as long as a command runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::container;
use crate::ending::Temporary;

/// A temporary directory.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: Temporary,
}

impl Scratch {
    /// Makes one.
    pub fn new() -> Result<Self, Failure> {
        let dir = Temporary::directory().map_err(|error| {
            Failure::new(format_args!("cannot make a temporary directory: {error}")).hint(
                "it is made in $TMPDIR, or in /tmp: one of them must be there and be writable",
            )
        })?;
        Ok(Self { dir })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file into it.
    pub fn file(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path().join(name);
        let written = fs::write(&path, content);
        written.map_err(|error| {
            Failure::new(format_args!("cannot write {}: {error}", path.display()))
        })?;
        // Whatever the umask is, the user inside reads it.
        let mode = fs::set_permissions(&path, fs::Permissions::from_mode(0o644));
        mode.map_err(|error| {
            Failure::new(format_args!("cannot write {}: {error}", path.display()))
        })?;
        Ok(path)
    }

    /// Makes a directory in it.
    pub fn directory(&self, prefix: &str) -> Result<PathBuf, Failure> {
        let dir = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(self.path());
        let dir = dir.map_err(|error| {
            let place = self.path().display();
            Failure::new(format_args!("cannot make a directory in {place}: {error}"))
        })?;
        Ok(dir.keep())
    }

    /// Copies `from` into it.
    pub fn copy(&self, from: &Path) -> Result<PathBuf, Failure> {
        let cannot = |error: std::io::Error| {
            let (from, to) = (from.display(), self.path().display());
            Failure::new(format_args!("cannot copy {from} to {to}: {error}")).hint(
                "with bubblewrap 0.11 or newer nothing is copied; else, $TMPDIR names where there is room",
            )
        };
        let place = tempfile::Builder::new()
            .prefix("copy-")
            .tempdir_in(self.path());
        let to = place.map_err(cannot)?.keep().join("copy");
        container::copy(from, &to).map_err(cannot)?;
        Ok(to)
    }
}
