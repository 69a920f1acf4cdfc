//! The cache directory, and facts about executables remembered in it.
//!
//! Everything in it may be lost at any time: it only saves work.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::ending::uncut;
use crate::manifest::Digest;

/// What tells one state of a file from another. The change time is in it
/// because a program may set every other part as it likes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity of the file that `path` resolves to.
    ///
    /// # Errors
    ///
    /// When the file cannot be examined (stat(2)).
    pub fn of(path: &Path) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        let mut text = String::new();
        for part in [meta.dev(), meta.ino(), meta.size()] {
            let _ = write!(text, "{part} ");
        }
        let _ = write!(
            text,
            "{}.{} {}.{}",
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec()
        );
        Ok(Self(text))
    }
}

/// The directory for what can be made again.
#[derive(Debug, Clone)]
pub struct Cache {
    dir: Option<PathBuf>,
}

impl Cache {
    /// The cache at `dir`; it is made when something is first put there.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: Some(dir.into()),
        }
    }

    /// `$XDG_CACHE_HOME/nhmt`, else `~/.cache/nhmt` (XDG Base Directory
    /// Specification: a relative `XDG_CACHE_HOME` counts as unset).
    #[must_use]
    pub fn from_environment() -> Self {
        let absolute = |name: &str| {
            let path = PathBuf::from(std::env::var_os(name)?);
            path.is_absolute().then_some(path)
        };
        let dir = absolute("XDG_CACHE_HOME")
            .or_else(|| Some(absolute("HOME")?.join(".cache")))
            .map(|dir| dir.join("nhmt"));
        Self { dir }
    }

    /// The directory, `None` when the environment names no place for it.
    #[must_use]
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// What was remembered as `topic` about the file at `path`; `None` when
    /// nothing was, or when the file is another one by now.
    #[must_use]
    pub fn recall(&self, topic: &str, path: &Path, identity: &Identity) -> Option<String> {
        let memo = fs::read_to_string(self.memo(topic, path)?).ok()?;
        let (known, value) = memo.strip_suffix('\n')?.split_once('\n')?;
        (known == identity.0).then(|| value.to_owned())
    }

    /// Remembers `value` (one line) as `topic` about the file at `path`. A
    /// cache that cannot be written is none, so failures are not reported.
    pub fn remember(&self, topic: &str, path: &Path, identity: &Identity, value: &str) {
        let Some(memo) = self.memo(topic, path) else {
            return;
        };
        // Written whole or not at all: a torn memo would be a wrong fact.
        let write = |dir| {
            fs::create_dir_all(dir)?;
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            writeln!(file, "{}\n{value}", identity.0)?;
            file.persist(&memo).map_err(|e| e.error)?;
            io::Result::Ok(())
        };
        let _ = memo.parent().map_or(Ok(()), |dir| uncut(|| write(dir)));
    }

    fn memo(&self, topic: &str, path: &Path) -> Option<PathBuf> {
        let key = Digest::of(path.as_os_str().as_encoded_bytes()).to_string();
        Some(self.dir.as_ref()?.join(format!("{topic}-{}", &key[..16])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_forgotten_when_the_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("cache"));
        let file = dir.path().join("tool");
        fs::write(&file, "one").unwrap();
        let first = Identity::of(&file).unwrap();
        assert_eq!(cache.recall("version", &file, &first), None);
        cache.remember("version", &file, &first, "2.8.0");
        assert_eq!(
            cache.recall("version", &file, &first).as_deref(),
            Some("2.8.0")
        );
        assert_eq!(cache.recall("other", &file, &first), None);

        // Same size and same modification time: only the change time differs.
        let mtime = fs::metadata(&file).unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&file, "two").unwrap();
        let opened = fs::File::options().write(true).open(&file).unwrap();
        opened.set_modified(mtime).unwrap();
        let second = Identity::of(&file).unwrap();
        assert_eq!(cache.recall("version", &file, &second), None);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("tool");
        fs::write(&file, "one").unwrap();
        let cache = Cache::at(file.join("below a file"));
        let identity = Identity::of(&file).unwrap();
        cache.remember("version", &file, &identity, "2.8.0");
        assert_eq!(cache.recall("version", &file, &identity), None);
    }
}
