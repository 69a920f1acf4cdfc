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
use rustix::io::Errno;
use tempfile::NamedTempFile;
use thiserror::Error;

use super::nar::{self, NarError};
use super::path::{self, PathError};

/// What the names of trees start with that are being made or removed. No store
/// path has it: a store path's name starts with a digest.
const UNFINISHED: &str = ".nhmt-unfinished-";

/// The directory of roots: links to the links that keep a tree, each named by
/// the digest of its link's path, as Nix has them in `gcroots/auto`.
const ROOTS: &str = ".roots";

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
        let _hold = self.hold()?;
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

    /// Keeps [`Self::collect`] from removing anything while the value lives:
    /// for what is added, but kept by no link yet.
    ///
    /// # Errors
    ///
    /// When the store directory cannot be made or locked.
    pub fn hold(&self) -> Result<Hold, LocalError> {
        super::link::make_dir(&self.dir).at(&self.dir)?;
        let dir = fs::File::open(&self.dir).at(&self.dir)?;
        loop {
            match flock(&dir, FlockOperation::LockShared) {
                Err(Errno::INTR) => {}
                locked => return locked.map(|()| Hold { _dir: dir }).at(&self.dir),
            }
        }
    }

    /// Makes `link` name `tree`, which is kept as long as the link does so.
    ///
    /// # Errors
    ///
    /// When the link cannot be made; an older link to a store path there is
    /// replaced, and anything else is in the way.
    pub fn register(&self, tree: &Path, link: &Path) -> Result<(), LocalError> {
        let link = std::path::absolute(link).at(link)?;
        // A tree that a person copied elsewhere is nobody's to collect.
        let here = tree.file_name().map(|name| self.dir.join(name));
        if here.is_some_and(|tree| tree.exists()) {
            let roots = self.dir.join(ROOTS);
            let root = roots.join(path::root_name(&link));
            // The root comes first: without its link it keeps nothing.
            super::link::replace(&link, &root, |_| true).at(&root)?;
        }
        super::link::replace(tree, &link, |old| path::name_of(old).is_some()).at(&link)
    }

    /// Removes every tree that is neither in `live` nor kept by a link, and
    /// what killed processes left unfinished. Gives the removed store paths.
    /// What nhmt did not put into the store stays. Removes nothing while
    /// somebody adds a tree: the next call does.
    ///
    /// # Errors
    ///
    /// When the store or a root cannot be read, or a tree not be removed.
    pub fn collect(&self, live: &[PathBuf]) -> Result<Vec<PathBuf>, LocalError> {
        let dir = match fs::File::open(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            dir => dir.at(&self.dir)?,
        };
        match flock(&dir, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Ok(Vec::new()),
            locked => locked.at(&self.dir)?,
        }
        let rooted = self.rooted()?;
        let live: Vec<&OsStr> = live
            .iter()
            .chain(&rooted)
            .filter_map(|path| path.file_name())
            .collect();
        let mut removed = Vec::new();
        for entry in fs::read_dir(&self.dir).at(&self.dir)? {
            let entry = entry.at(&self.dir)?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                remove(&path)?;
            } else if path::name_of(&path).is_some_and(|name| name.starts_with("nhmt-"))
                && entry.file_type().at(&path)?.is_dir()
                && !live.contains(&name.as_os_str())
            {
                // A tree under its name is whole, also when this is cut off.
                let mut doomed = std::ffi::OsString::from(UNFINISHED);
                doomed.push(&name);
                let doomed = self.dir.join(doomed);
                remove(&doomed)?;
                fs::rename(&path, &doomed).at(&path)?;
                remove(&doomed)?;
                removed.push(path);
            }
        }
        removed.sort();
        Ok(removed)
    }

    /// What the roots keep. One whose link is gone is forgotten.
    fn rooted(&self) -> Result<Vec<PathBuf>, LocalError> {
        let roots = self.dir.join(ROOTS);
        let entries = match fs::read_dir(&roots) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at(&roots)?,
        };
        let mut trees = Vec::new();
        for entry in entries {
            let root = entry.at(&roots)?.path();
            let link = fs::read_link(&root).at(&root)?;
            match fs::read_link(&link) {
                Ok(tree) => trees.push(tree),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound
                            | io::ErrorKind::NotADirectory
                            | io::ErrorKind::InvalidInput
                    ) =>
                {
                    fs::remove_file(&root).at(&root)?;
                }
                Err(error) => return Err(error).at(&link),
            }
        }
        Ok(trees)
    }
}

/// Nothing is removed from a store as long as this lives.
#[derive(Debug)]
pub struct Hold {
    /// Locked: `flock(2)`, which the kernel gives back when the process dies.
    _dir: fs::File,
}

/// A tree in the making. It lies in the store directory itself: a read-only
/// directory can be renamed within its parent, not into another.
struct Unfinished {
    tree: PathBuf,
    /// Makes the name of the tree unique.
    _guard: NamedTempFile,
}

impl Unfinished {
    fn new(dir: &Path) -> Result<Self, LocalError> {
        let guard = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .suffix(".guard")
            .tempfile_in(dir)
            .at(dir)?;
        Ok(Self {
            tree: guard.path().with_extension("tree"),
            _guard: guard,
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
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(&self.tree, path),
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
        // What cannot be removed now is collected later.
        let _ = remove(&self.tree);
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

/// Removes a tree whose directories are read-only, if it is there.
fn remove(path: &Path) -> Result<(), LocalError> {
    let is_dir = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.at(path)?.is_dir(),
    };
    for entry in walkdir::WalkDir::new(path) {
        let entry = entry.map_err(io::Error::from).at(path)?;
        if entry.file_type().is_dir() {
            let dir = entry.path();
            fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).at(dir)?;
        }
    }
    if is_dir {
        fs::remove_dir_all(path).at(path)
    } else {
        fs::remove_file(path).at(path)
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
