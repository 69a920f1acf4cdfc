//! What was moved out of the way: listing and restoring.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::fs::FileType;
use rustix::io::Errno;
use serde::Serialize;
use thiserror::Error;

use super::records::{self, Record};
use super::restore::put_back;
use super::stage::mode_of;
use super::work::Work;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, HomeLock, os};
use crate::manifest::HomePath;

/// What a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory with everything in it.
    Directory,
    /// A socket, a pipe or a device.
    Special,
}

/// One thing that was moved out of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// The generation whose run moved it.
    pub generation: u64,
    /// Its set: the generation, with `~2` and so on behind it when an older
    /// backup had the name.
    pub set: String,
    /// Where it was in the home.
    pub path: HomePath,
    /// What it is.
    pub kind: BackupKind,
    /// Its size in bytes, of a directory with everything in it.
    pub size: u64,
    /// When it was moved, in seconds since 1970.
    pub when: u64,
    /// Where it is.
    pub location: PathBuf,
}

/// Why a backup was not restored.
#[derive(Debug, Error)]
pub enum BackupError {
    /// There is no such backup.
    #[error("no backup {set}/{path}; `nhmt backups list` shows what there is")]
    Missing {
        /// The set asked for.
        set: String,
        /// The path asked for.
        path: HomePath,
    },
    /// Something that nhmt did not make is at the path.
    #[error("~/{0} is in the way; move it away first, it is not nhmt's")]
    InTheWay(HomePath),
    /// A file or a link is where a directory of the path should be.
    #[error("a file or a symbolic link is where ~/{0} needs a directory; move it away first")]
    NoDirectory(HomePath),
    /// A program changed what is at the path at the same time.
    #[error(
        "~/{path} was changed by another program while it was restored; what came out of its \
         place is in {}, from where `nhmt doctor --repair` takes it to the backups", place.display()
    )]
    Held {
        /// The path.
        path: HomePath,
        /// The private folder that it is in.
        place: PathBuf,
    },
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// The backups of a home.
#[derive(Debug)]
pub struct Backups<'a> {
    home: &'a HomeDir,
}

impl<'a> Backups<'a> {
    /// The backups of `home`.
    #[must_use]
    pub fn of(home: &'a HomeDir) -> Self {
        Self { home }
    }

    /// The home that they are of.
    #[must_use]
    pub fn home(&self) -> &'a HomeDir {
        self.home
    }

    pub(super) fn dir(&self) -> Result<Option<Dir>, HomeError> {
        let Some(state) = self.home.state()? else {
            return Ok(None);
        };
        match state.open(os("backups")) {
            Ok(dir) => Ok(Some(dir)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno).at_path("open", self.home.layout().backups()),
        }
    }

    /// All backups, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn list(&self) -> Result<Vec<Backup>, HomeError> {
        let Some(dir) = self.dir()? else {
            return Ok(Vec::new());
        };
        let records = records::read(&dir).at_path("read", self.home.layout().backups())?;
        let mut seen = BTreeSet::new();
        let mut list = Vec::new();
        // A name can be recorded twice when a run was undone: the last counts.
        for record in records.into_iter().rev() {
            if seen.insert((record.set.clone(), record.path.clone()))
                && let Some(backup) = self.look(&dir, record)?
            {
                list.push(backup);
            }
        }
        list.reverse();
        Ok(list)
    }

    /// The backup that a record names, `None` when it is not there.
    fn look(&self, dir: &Dir, record: Record) -> Result<Option<Backup>, HomeError> {
        let Record { set, path, when } = record;
        let Some(parent) = holder(dir, &set, &path) else {
            return Ok(None);
        };
        let Ok(stat) = parent.stat(path.name()) else {
            return Ok(None);
        };
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => BackupKind::File,
            FileType::Symlink => BackupKind::Link,
            FileType::Directory => BackupKind::Directory,
            _ => BackupKind::Special,
        };
        let size = size(&parent, path.name()).at("look at the backup of", &path)?;
        let number = set.split('~').next().and_then(|n| n.parse().ok());
        let location = self.home.layout().backups().join(&set).join(path.as_path());
        Ok(number.map(|generation| Backup {
            generation,
            set,
            path,
            kind,
            size,
            when,
            location,
        }))
    }

    /// Copies a backup back to its place; the backup itself stays until it
    /// expires. A link of ours at the place is exchanged for it; anything else
    /// is left alone.
    ///
    /// # Errors
    /// [`BackupError::InTheWay`] when something is there that is not ours.
    pub fn restore(lock: &HomeLock, set: &str, path: &HomePath) -> Result<(), BackupError> {
        let backups = Backups::of(lock);
        let missing = || BackupError::Missing {
            set: set.to_owned(),
            path: path.clone(),
        };
        let known = backups.list()?;
        if !known.iter().any(|b| b.set == set && b.path == *path) {
            return Err(missing());
        }
        let dir = backups.dir()?.ok_or_else(missing)?;
        let from = holder(&dir, set, path).ok_or_else(missing)?;
        let place = make_parents(lock, path)?;
        let state = lock.make_state()?;
        let mut work = Work::new(&state).at_path("write to", lock.layout().state())?;
        let restored = put_back(lock, &mut work, &from, &place, path);
        work.clean();
        restored
    }
}

impl From<Backup> for Record {
    fn from(backup: Backup) -> Self {
        Self {
            set: backup.set,
            path: backup.path,
            when: backup.when,
        }
    }
}

/// The directory for `path` in the home, made where it is missing. It is the
/// person's then, as what comes back is.
fn make_parents(home: &HomeDir, path: &HomePath) -> Result<Dir, BackupError> {
    let mut dir = home.dir().again().at_path("open", home.layout().home())?;
    for above in path.ancestors() {
        let name = above.name();
        let opened = match dir.open(name) {
            Err(Errno::NOENT) => dir.open_or_make(name, mode_of(&above)),
            opened => opened,
        };
        dir = match opened {
            Err(Errno::NOTDIR | Errno::LOOP) => {
                return Err(BackupError::NoDirectory(path.clone()));
            }
            opened => opened.at("make the directory of", path)?,
        };
    }
    Ok(dir)
}

/// The directory in which the backup of `path` lies.
pub(super) fn holder(backups: &Dir, set: &str, path: &HomePath) -> Option<Dir> {
    let mut place = OsString::from(set);
    if let Some(parent) = path.parent() {
        place.push("/");
        place.push(OsStr::from_bytes(parent.as_bytes()));
    }
    backups.open_below(&place).ok()
}

// The type of the size differs between platforms.
#[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
fn size(dir: &Dir, name: &OsStr) -> rustix::io::Result<u64> {
    let stat = dir.stat(name)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Ok(stat.st_size as u64);
    }
    let inside = dir.open(name)?;
    let mut sum = 0;
    for (name, _) in inside.entries()? {
        sum += size(&inside, &name)?;
    }
    Ok(sum)
}
