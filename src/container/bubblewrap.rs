//! The program that makes containers, on this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Refusal;

/// bubblewrap, found on `PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubblewrap {
    path: PathBuf,
}

/// Its version: the first two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

impl Bubblewrap {
    /// The first that has overlays.
    pub const OVERLAYS: Version = Version(0, 11);

    /// Finds `bwrap` in the directories of `path`.
    ///
    /// # Errors
    ///
    /// When it is in none, with how to install it.
    pub fn find(path: &OsStr) -> Result<Self, Refusal> {
        let files = std::env::split_paths(path)
            .filter(|dir| dir.is_absolute())
            .map(|dir| dir.join("bwrap"));
        let mut usable = files.filter(|file| {
            file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
        });
        let path = usable.next().ok_or_else(Refusal::no_bubblewrap)?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, if it says one.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        let output = Command::new(&self.path).arg("--version").output().ok()?;
        Version::in_text(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Version {
    /// From `bubblewrap 0.8.0`.
    fn in_text(text: &str) -> Option<Self> {
        let mut numbers = text.trim().rsplit(' ').next()?.split('.');
        let mut next = || numbers.next()?.parse().ok();
        Some(Self(next()?, next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let version = |text| Version::in_text(text);
        assert_eq!(version("bubblewrap 0.8.0\n"), Some(Version(0, 8)));
        assert!(version("bubblewrap 0.8.0").unwrap() < Bubblewrap::OVERLAYS);
        assert!(version("bubblewrap 0.11.0").unwrap() >= Bubblewrap::OVERLAYS);
        assert!(version("bubblewrap 1.0").unwrap() >= Bubblewrap::OVERLAYS);
        assert_eq!(version("bwrap: unknown option"), None);
    }

    #[test]
    fn a_relative_directory_is_no_place_for_it() {
        let refusal = Bubblewrap::find(OsStr::new(".:bin:/nonexistent")).unwrap_err();
        assert!(refusal.message.contains("bwrap"));
    }
}
