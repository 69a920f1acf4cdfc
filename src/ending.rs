//! What an end by a signal waits for, and what it removes.
//!
//! The signal comes to a thread of its own, while others go on with their work.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use walkdir::WalkDir;

/// What to remove. Locked during work that is not to be cut.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporary() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does work that would leave something behind if the process ended in its
/// midst: the end waits for it. It must be short, and call nothing that comes
/// here again.
pub fn uncut<T>(work: impl FnOnce() -> T) -> T {
    let _until_then = temporary();
    work()
}

/// A temporary file or directory that is removed also when a signal ends the
/// process.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes a directory in `$TMPDIR`, else in `/tmp`, which only this user
    /// can enter.
    ///
    /// # Errors
    ///
    /// Most often, there is no such place, or it cannot be written.
    pub fn directory() -> io::Result<Self> {
        Self::known(|| Ok(builder().tempdir()?.keep()))
    }

    /// Makes a directory in `above`, which only this user can enter.
    ///
    /// # Errors
    ///
    /// Most often, `above` cannot be written.
    pub fn directory_in(above: &Path) -> io::Result<Self> {
        Self::known(|| Ok(builder().tempdir_in(above)?.keep()))
    }

    /// Makes a file in `$TMPDIR`, else in `/tmp`, which only this user can read.
    ///
    /// # Errors
    ///
    /// As [`Self::directory`].
    pub fn file(suffix: &str, content: &[u8]) -> io::Result<Self> {
        Self::known(|| {
            let mut file = builder().suffix(suffix).tempfile()?;
            file.write_all(content)?;
            let (_, path) = file.keep()?;
            Ok(path)
        })
    }

    fn known(make: impl FnOnce() -> io::Result<PathBuf>) -> io::Result<Self> {
        let mut all = temporary();
        let path = make()?;
        all.push(path.clone());
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut all = temporary();
        remove(&self.0);
        all.retain(|path| *path != self.0);
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("nhmt-");
    builder
}

/// Nothing that is not to be cut begins while it is kept.
#[derive(Debug)]
pub struct Last(MutexGuard<'static, Vec<PathBuf>>);

impl Last {
    /// Waits for what is not to be cut.
    #[must_use]
    pub fn wait() -> Self {
        Self(temporary())
    }

    /// Ends the process.
    pub fn exit(self, code: i32) -> ! {
        self.0.iter().for_each(|path| remove(path));
        std::process::exit(code);
    }
}

/// Removes a file, or a directory with all that is in it, also when there are
/// read-only directories, as trees of a store are.
pub fn remove(path: &Path) {
    for entry in WalkDir::new(path).into_iter().flatten() {
        if entry.file_type().is_dir() {
            let _ = fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o700));
        }
    }
    if fs::remove_dir_all(path).is_err() {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_behind() {
        let temporary = Temporary::directory().unwrap();
        let dir = temporary.path().to_owned();
        fs::create_dir_all(dir.join("store/tree")).unwrap();
        fs::write(dir.join("store/tree/file"), b"x").unwrap();
        for part in ["store/tree", "store"] {
            fs::set_permissions(dir.join(part), fs::Permissions::from_mode(0o555)).unwrap();
        }
        drop(temporary);
        assert!(!dir.exists());

        let temporary = Temporary::file(".nix", b"x").unwrap();
        let file = temporary.path().to_owned();
        assert_eq!(fs::read(&file).unwrap(), b"x");
        drop(temporary);
        assert!(!file.exists());
    }
}
