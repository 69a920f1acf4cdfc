//! Letting go of backups, when the person or the configuration says so.

use std::collections::HashSet;
use std::ffi::OsStr;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::backups::{Backup, Backups, holder};
use super::keep::{OBJECTS, now};
use super::records::{self, Record};
use crate::home::copy;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeError, HomeLock, os};
use crate::manifest::HomePath;

/// Where expired backups wait for their deletion: each goes there by one
/// rename, so that one that is listed is always whole.
const GONE: &str = ".gone";

/// Which backups to let go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expire {
    /// Those made at least so many seconds ago.
    pub older_than: Option<u64>,
    /// The oldest, until the rest takes no more than so many bytes.
    pub max_size: Option<u64>,
    /// Those made in the last so many seconds stay, whatever else is asked.
    pub young: u64,
    /// These stay, too: sets and paths.
    pub stay: HashSet<(String, HomePath)>,
}

/// What was let go, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expired {
    /// The backups, oldest first.
    pub backups: Vec<Backup>,
    /// How many bytes they took that no other backup shares.
    pub bytes: u64,
}

impl Backups<'_> {
    /// What `which` would let go; reads only.
    ///
    /// # Errors
    /// When the backups cannot be read.
    pub fn expiring(&self, which: &Expire) -> Result<Expired, HomeError> {
        let (mut rest, mut list) = (Room::default(), self.list()?);
        // A clock may have been set, so the order of the list does not say it.
        list.sort_by_key(|backup| backup.when);
        let now = now();
        let mut gone = Vec::new();
        let mut full = false;
        let mut freed = Vec::new();
        for backup in list.into_iter().rev() {
            let files = self.files(&backup)?;
            full |= which.max_size.is_some_and(|max| rest.with(&files) > max);
            let age = now.saturating_sub(backup.when);
            let asked = full || which.older_than.is_some_and(|seconds| age >= seconds);
            let name = (backup.set.clone(), backup.path.clone());
            if asked && age >= which.young && !which.stay.contains(&name) {
                freed.extend(files);
                gone.push(backup);
            } else {
                rest.add(&files);
            }
        }
        gone.reverse();
        let before = rest.bytes;
        rest.add(&freed);
        Ok(Expired {
            backups: gone,
            bytes: rest.bytes - before,
        })
    }

    /// Lets go of the backups that `which` names. Whenever it is cut off, the
    /// list names those that are whole.
    ///
    /// # Errors
    /// When one cannot be deleted.
    pub fn expire(lock: &HomeLock, which: &Expire) -> Result<Expired, HomeError> {
        let backups = Backups::of(lock);
        let Some(dir) = backups.dir()? else {
            return Ok(Expired::default());
        };
        let place = lock.layout().backups();
        copy::remove(&dir, os(GONE)).at_path("clean up", &place)?;
        let expired = backups.expiring(which)?;
        if expired.backups.is_empty() {
            return Ok(expired);
        }
        dir.make(os(GONE), 0o700).at_path("write to", &place)?;
        let waiting = dir.open(os(GONE)).at_path("open", &place)?;
        for (number, backup) in expired.backups.iter().enumerate() {
            if let Some(parent) = holder(&dir, &backup.set, &backup.path) {
                let number = number.to_string();
                let stat = parent.stat(backup.path.name());
                let stat = stat.at("look at the backup of", &backup.path)?;
                // Only a directory that may be written to can be moved.
                if Identity::of(&stat).kind == FileType::Directory && stat.st_mode & 0o700 != 0o700
                {
                    parent
                        .set_mode(backup.path.name(), 0o700)
                        .at("let go of the backup of", &backup.path)?;
                }
                parent
                    .move_out(backup.path.name(), &waiting, os(&number))
                    .at("let go of the backup of", &backup.path)?;
            }
            remove_empty(&dir, &backup.set, &backup.path);
        }
        let records: Vec<_> = backups.list()?.into_iter().map(Record::from).collect();
        records::write(&dir, &records).at_path("write", &place)?;
        copy::remove(&dir, os(GONE)).at_path("delete backups in", &place)?;
        forget_objects(&dir).at_path("clean up", &place)?;
        Ok(expired)
    }

    /// The files of a backup with their sizes.
    fn files(&self, backup: &Backup) -> Result<Vec<(u64, u64)>, HomeError> {
        let mut files = Vec::new();
        if let Some(dir) = self.dir()?
            && let Some(parent) = holder(&dir, &backup.set, &backup.path)
        {
            collect(&parent, backup.path.name(), &mut files)
                .at("look at the backup of", &backup.path)?;
        }
        Ok(files)
    }
}

/// The room that files take, each counted once.
#[derive(Default)]
struct Room {
    inodes: HashSet<u64>,
    bytes: u64,
}

impl Room {
    fn add(&mut self, files: &[(u64, u64)]) {
        for &(inode, size) in files {
            if self.inodes.insert(inode) {
                self.bytes += size;
            }
        }
    }

    /// The room with these files too.
    fn with(&self, files: &[(u64, u64)]) -> u64 {
        let mut seen = HashSet::new();
        let new = |inode: &u64| !self.inodes.contains(inode);
        let more = files
            .iter()
            .filter(|(inode, _)| new(inode) && seen.insert(*inode));
        self.bytes + more.map(|(_, size)| size).sum::<u64>()
    }
}

fn collect(dir: &Dir, name: &OsStr, files: &mut Vec<(u64, u64)>) -> rustix::io::Result<()> {
    let found = Identity::of(&dir.stat(name)?);
    if found.kind != FileType::Directory {
        files.push((found.inode, found.size));
        return Ok(());
    }
    let inside = dir.open(name)?;
    for (name, _) in inside.entries()? {
        collect(&inside, &name, files)?;
    }
    Ok(())
}

/// Removes the directories of a set that are empty.
fn remove_empty(backups: &Dir, set: &str, path: &HomePath) {
    let above: Vec<_> = path.ancestors().collect();
    for dir in above.iter().rev() {
        if let Some(parent) = holder(backups, set, dir) {
            let _ = parent.remove_dir(dir.name());
        }
    }
    let _ = backups.remove_dir(os(set));
}

/// Removes the objects that no backup uses any more.
fn forget_objects(backups: &Dir) -> rustix::io::Result<()> {
    let objects = match backups.open(os(OBJECTS)) {
        Err(Errno::NOENT) => return Ok(()),
        other => other?,
    };
    for (name, _) in objects.entries()? {
        if objects.stat(&name)?.st_nlink == 1 {
            objects.unlink(&name)?;
        }
    }
    Ok(())
}
