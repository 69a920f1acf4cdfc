//! The Nix library that this executable carries, as files for Nix to read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use include_dir::{Dir, DirEntry, File, include_dir};

use super::EvalError;
use crate::ending::{self, Temporary};
use crate::manifest::Digest;
use crate::store::Cache;

static NIX: Dir = include_dir!("$CARGO_MANIFEST_DIR/nix");
static MODULES: Dir = include_dir!("$CARGO_MANIFEST_DIR/modules");

/// What the library is named by: its content.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut parts = Vec::new();
    for (file, path) in files() {
        parts.push(path.into_os_string().into_encoded_bytes());
        parts.push(file.contents().to_vec());
    }
    Digest::of_parts(parts.iter().map(Vec::as_slice)).to_string()[..32].to_owned()
});

/// The unpacked library.
#[derive(Debug)]
pub(super) struct Library {
    dir: PathBuf,
    /// Removed when the library is no longer needed.
    _temporary: Option<Temporary>,
}

impl Library {
    /// Unpacks the library into the cache, unless it is there already; into a
    /// temporary directory when the cache cannot be written.
    pub(super) fn unpack(cache: &Cache) -> Result<Self, EvalError> {
        if let Some(dir) = cache.dir() {
            let dir = dir.join(&*HASH);
            if is_whole(&dir) || ending::uncut(|| publish(&dir)).is_ok() {
                return Ok(Self {
                    dir,
                    _temporary: None,
                });
            }
        }
        let at_temp = |error| EvalError::io(std::env::temp_dir(), &error);
        let temporary = Temporary::directory().map_err(at_temp)?;
        ending::uncut(|| write(temporary.path())).map_err(at_temp)?;
        Ok(Self {
            dir: temporary.path().to_owned(),
            _temporary: Some(temporary),
        })
    }

    /// The directory with `nix/` and `modules/`.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Every file with its path, in the order of their paths.
fn files() -> Vec<(&'static File<'static>, PathBuf)> {
    fn walk(
        dir: &'static Dir<'static>,
        base: &str,
        found: &mut Vec<(&'static File<'static>, PathBuf)>,
    ) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => walk(dir, base, found),
                DirEntry::File(file) => found.push((file, Path::new(base).join(file.path()))),
            }
        }
    }
    let mut found = Vec::new();
    walk(&NIX, "nix", &mut found);
    walk(&MODULES, "modules", &mut found);
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// Whether every file is there in its length: programs that clean caches take
/// single files.
fn is_whole(dir: &Path) -> bool {
    files().iter().all(|(file, path)| {
        fs::metadata(dir.join(path)).is_ok_and(|m| m.len() == file.contents().len() as u64)
    })
}

fn write(dir: &Path) -> io::Result<()> {
    for (file, path) in files() {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        fs::write(path, file.contents())?;
    }
    Ok(())
}

fn publish(dir: &Path) -> io::Result<()> {
    let parent = dir.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let new = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(parent)?;
    let tree = new.path().join("library");
    write(&tree)?;
    if fs::symlink_metadata(dir).is_ok() {
        // Incomplete, or another process was faster: out of the way it goes.
        fs::rename(dir, new.path().join("old"))?;
    }
    match fs::rename(&tree, dir) {
        Err(_) if is_whole(dir) => Ok(()),
        renamed => renamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_unpacked_once_and_mended_when_files_are_missing() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("cache"));
        let library = Library::unpack(&cache).unwrap();
        let entry = library.dir().join("nix/default.nix");
        assert!(library.dir().join("modules/default.nix").exists());
        fs::remove_file(&entry).unwrap();
        assert_eq!(Library::unpack(&cache).unwrap().dir(), library.dir());
        assert!(entry.exists());
        assert_eq!(fs::read_dir(cache.dir().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn without_a_cache_it_lies_in_a_temporary_directory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let library = Library::unpack(&Cache::at(file.path())).unwrap();
        let dir = library.dir().to_owned();
        assert!(dir.join("nix/default.nix").exists());
        drop(library);
        assert!(!dir.exists());
    }
}
