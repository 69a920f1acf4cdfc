//! A store of plain directories, for machines without Nix.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FlockOperation, RenameFlags, Timespec, Timestamps, flock, renameat_with,
    utimensat,
};
use thiserror::Error;

use super::nar::{self, NarError};
use super::path::{self, PathError};

/// What the names of unfinished trees start with. No store path has it: a
/// store path's name starts with a digest.
const UNFINISHED: &str = ".unfinished-";

/// What went wrong in a local store.
#[derive(Debug, Error)]
pub enum LocalError {
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tree cannot be archived.
    #[error(transparent)]
    Nar(#[from] NarError),
    /// The tree cannot be named.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// What went wrong while a tree was added.
#[derive(Debug, Error)]
pub enum AddError<E> {
    /// Filling the tree failed.
    #[error("{0}")]
    Fill(E),
    /// Storing it failed.
    #[error(transparent)]
    Store(#[from] LocalError),
}

trait At<T> {
    fn at(self, path: &Path) -> Result<T, LocalError>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, path: &Path) -> Result<T, LocalError> {
        self.map_err(|error| LocalError::Io {
            path: path.to_owned(),
            source: error.into(),
        })
    }
}

/// Trees in a directory, each named as `nix-store --add` would name it there.
/// There is no database: a tree under its name is whole, because it gets the
/// name last.
#[derive(Debug, Clone)]
pub struct LocalStore {
    dir: PathBuf,
}

impl LocalStore {
    /// The store in `dir`, an absolute path; it is made when a tree is added.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The store directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds the tree that `fill` makes at the path it is given (which does not
    /// exist yet), and gives its store path. Content that is there already is
    /// not stored again.
    ///
    /// # Errors
    ///
    /// What `fill` reports, or what keeps the tree from being stored. Nothing
    /// stays behind.
    pub fn add<E>(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<PathBuf, AddError<E>> {
        let unfinished = Unfinished::new(&self.dir)?;
        fill(&unfinished.tree).map_err(AddError::Fill)?;
        normalize(&unfinished.tree)?;
        let digest = nar::digest(&unfinished.tree).map_err(LocalError::Nar)?;
        let path = path::content_addressed(&self.dir, name, &digest).map_err(LocalError::Path)?;
        if fs::symlink_metadata(&path).is_err() {
            unfinished.publish(&path)?;
        }
        Ok(path)
    }

    /// Makes `link` name `tree`: the record that the tree is used. What
    /// [`Self::collect`] is to keep is for its caller to say.
    ///
    /// # Errors
    ///
    /// When the link cannot be made; an older link there is replaced.
    pub fn register(&self, tree: &Path, link: &Path) -> Result<(), LocalError> {
        super::link::replace(tree, link).at(link)
    }

    /// Removes every tree that is not in `live`, and what killed processes
    /// left unfinished. Gives the removed store paths.
    ///
    /// # Errors
    ///
    /// When the store cannot be read or a tree not be removed.
    pub fn collect(&self, live: &[PathBuf]) -> Result<Vec<PathBuf>, LocalError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at(&self.dir)?,
        };
        let live: Vec<&OsStr> = live.iter().filter_map(|path| path.file_name()).collect();
        let mut removed = Vec::new();
        for entry in entries {
            let path = entry.at(&self.dir)?.path();
            let Some(name) = path.file_name() else {
                continue;
            };
            if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                if is_abandoned(&path) {
                    remove(&path)?;
                }
            } else if !live.contains(&name) {
                remove(&path)?;
                removed.push(path);
            }
        }
        removed.sort();
        Ok(removed)
    }
}

/// A tree in the making. It lies in the store directory itself: a read-only
/// directory can be renamed within its parent, not into another.
struct Unfinished {
    tree: PathBuf,
    guard: PathBuf,
    /// Locked as long as this process works on the tree.
    _lock: fs::File,
}

impl Unfinished {
    fn new(dir: &Path) -> Result<Self, LocalError> {
        fs::create_dir_all(dir).at(dir)?;
        let guard = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .suffix(".lock")
            .tempfile_in(dir)
            .at(dir)?;
        flock(guard.as_file(), FlockOperation::LockExclusive).at(guard.path())?;
        let (lock, guard) = guard.keep().map_err(|e| e.error).at(dir)?;
        let tree = guard.with_extension("tree");
        Ok(Self {
            tree,
            guard,
            _lock: lock,
        })
    }

    /// Gives the tree its name, unless another process was faster with the
    /// same content.
    fn publish(&self, path: &Path) -> Result<(), LocalError> {
        // The name promises the content, also after a power cut.
        sync(&self.tree)?;
        let renamed = match renameat_with(CWD, &self.tree, CWD, path, RenameFlags::NOREPLACE) {
            // Filesystems without the flag. A directory never replaces one
            // that has something in it, and a home tree always has.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                fs::rename(&self.tree, path)
            }
            renamed => renamed.map_err(io::Error::from),
        };
        match renamed {
            Err(_) if fs::symlink_metadata(path).is_ok() => Ok(()),
            renamed => renamed.at(path),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.tree).is_ok() {
            let _ = remove(&self.tree);
        }
        let _ = fs::remove_file(&self.guard);
    }
}

/// Whether the process that works on `path` (a tree or its lock) is gone.
fn is_abandoned(path: &Path) -> bool {
    match fs::File::open(path.with_extension("lock")) {
        Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(target_os = "linux")]
fn sync(tree: &Path) -> Result<(), LocalError> {
    let dir = fs::File::open(tree).at(tree)?;
    rustix::fs::syncfs(dir).at(tree)
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &Path) -> Result<(), LocalError> {
    rustix::fs::sync();
    Ok(())
}

/// Modes and times as Nix gives them (Nix manual, "File System Object"): the
/// executable bit is all that a mode may say, and the time is 1.
fn normalize(tree: &Path) -> Result<(), LocalError> {
    let second = Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: second,
        last_modification: second,
    };
    for entry in walkdir::WalkDir::new(tree).contents_first(true) {
        let entry = entry.map_err(io::Error::from).at(tree)?;
        let path = entry.path();
        if !entry.path_is_symlink() {
            let mode = entry.metadata().map_err(io::Error::from).at(path)?;
            let executable = entry.file_type().is_dir() || mode.permissions().mode() & 0o100 != 0;
            let mode = if executable { 0o555 } else { 0o444 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).at(path)?;
        }
        utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).at(path)?;
    }
    Ok(())
}

/// Removes a tree whose directories are read-only.
fn remove(path: &Path) -> Result<(), LocalError> {
    for entry in walkdir::WalkDir::new(path) {
        let entry = entry.map_err(io::Error::from).at(path)?;
        if entry.file_type().is_dir() {
            let dir = entry.path();
            fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).at(dir)?;
        }
    }
    if fs::symlink_metadata(path).at(path)?.is_dir() {
        fs::remove_dir_all(path).at(path)
    } else {
        fs::remove_file(path).at(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn fill(tree: &Path, text: &str) -> io::Result<()> {
        fs::create_dir_all(tree.join("home/.config"))?;
        fs::write(tree.join("home/.config/x"), text)?;
        std::os::unix::fs::symlink("x", tree.join("home/.config/y"))
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_same_content_is_stored_once_and_read_only() {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::new(dir.path().join("store"));
        let first = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
        let again = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
        let other = store.add("nhmt-home", |t| fill(t, "b")).unwrap();
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert_eq!(names(store.dir()).len(), 2);
        let meta = fs::metadata(first.join("home/.config/x")).unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.mtime()), (0o444, 1));
        let meta = fs::symlink_metadata(first.join("home/.config/y")).unwrap();
        assert_eq!(meta.mtime(), 1);
    }

    #[test]
    fn a_failed_fill_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::new(dir.path().join("store"));
        let failed = store.add("nhmt-home", |t| {
            fill(t, "a").unwrap();
            Err("no")
        });
        assert!(matches!(failed, Err(AddError::Fill("no"))));
        assert_eq!(names(store.dir()), Vec::<String>::new());
    }

    #[test]
    fn collecting_takes_what_is_neither_live_nor_in_the_making() {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::new(dir.path().join("store"));
        assert_eq!(store.collect(&[]).unwrap(), Vec::<PathBuf>::new());
        let kept = store.add("nhmt-home", |t| fill(t, "a")).unwrap();
        let dead = store.add("nhmt-home", |t| fill(t, "b")).unwrap();
        let link = dir.path().join("profile");
        store.register(&kept, &link).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), kept);
        fill(&store.dir().join(".unfinished-gone.tree"), "c").unwrap();

        let added = store.add("nhmt-home", |tree| {
            fill(tree, "d")?;
            let removed = store.collect(std::slice::from_ref(&kept)).unwrap();
            assert_eq!(removed, std::slice::from_ref(&dead));
            io::Result::Ok(())
        });
        assert!(added.unwrap().exists());
        assert!(kept.exists() && !dead.exists());
        assert_eq!(names(store.dir()).len(), 2);
    }
}
