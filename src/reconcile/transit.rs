//! Directories that their owner may not write to. To move one to another
//! directory, its `..` is written, for which the kernel asks for the right to
//! write to the directory itself. So it gets that while it is on its way.

use std::ffi::OsStr;
use std::os::fd::AsFd;

use rustix::fs::{FileType, Mode, Stat};
use rustix::io::Result;
use serde::{Deserialize, Serialize};

use super::journal::Move;
use super::run::Run;
use super::work::Slot;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeError};

/// The owner's right to write.
const WRITE: u32 = 0o200;

/// A directory of this user's that may not be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Locked {
    mode: u32,
    inode: u64,
}

impl Locked {
    /// What `stat` shows, if it is such a directory.
    pub(super) fn of(stat: &Stat) -> Option<Self> {
        let directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        let mine = stat.st_uid == rustix::process::geteuid().as_raw();
        (directory && mine && stat.st_mode & WRITE == 0).then(|| Self {
            mode: stat.st_mode & 0o7777,
            inode: Identity::of(stat).inode,
        })
    }
}

/// Gives a directory its mode back.
#[derive(Debug)]
#[must_use]
struct Unlocked(Option<(Dir, u32)>);

impl Unlocked {
    /// Once it is where it should be.
    fn lock(self) -> Result<()> {
        match self.0 {
            Some((dir, mode)) => rustix::fs::fchmod(dir.as_fd(), Mode::from_raw_mode(mode)),
            None => Ok(()),
        }
    }
}

impl Move {
    /// Exchanges what is at `name` in `dir` with what is in `slot`.
    pub(super) fn exchange(&self, (dir, name): (&Dir, &OsStr), slot: &Slot) -> Result<Exchange> {
        let unlocked = [self.unlock(dir, name)?, self.unlock(&slot.dir, &slot.name)?];
        let exchanged = dir.exchange(name, &slot.dir, &slot.name);
        for directory in unlocked {
            directory.lock()?;
        }
        exchanged
    }

    /// Moves what is in `slot` to `name` in `dir`, where nothing is.
    pub(super) fn move_in(&self, slot: &Slot, (dir, name): (&Dir, &OsStr)) -> Result<()> {
        let unlocked = self.unlock(&slot.dir, &slot.name)?;
        let moved = slot.dir.move_in(&slot.name, dir, name);
        unlocked.lock()?;
        moved
    }

    /// Lets the directory that comes out, or goes back, be moved from `name`.
    fn unlock(&self, dir: &Dir, name: &OsStr) -> Result<Unlocked> {
        let Some((inside, locked)) = self.find_locked(dir, name) else {
            return Ok(Unlocked(None));
        };
        let mode = Mode::from_raw_mode(locked.mode | WRITE);
        rustix::fs::fchmod(inside.as_fd(), mode)?;
        Ok(Unlocked(Some((inside, locked.mode))))
    }

    /// The directory that the journal has as locked, if it is at `name`. One
    /// that may not be read is moved only where that needs no right.
    fn find_locked(&self, dir: &Dir, name: &OsStr) -> Option<(Dir, Locked)> {
        let locked = self.locked?;
        let inside = dir.open(name).ok()?;
        let stat = inside.stat_self().ok()?;
        (Identity::of(&stat).inode == locked.inode).then_some((inside, locked))
    }
}

impl Run<'_> {
    /// Gives a directory its mode back that a run which was cut off had on its
    /// way.
    pub(super) fn lock_again(&mut self, one: &Move) -> std::result::Result<(), HomeError> {
        let path = &one.path.0;
        if one.locked.is_none() {
            return Ok(());
        }
        let slot = self.find_slot(one)?;
        let slot = slot.and_then(|slot| one.find_locked(&slot.dir, &slot.name));
        let place = self.find_parent(path)?;
        let place = place.and_then(|dir| one.find_locked(&dir, path.name()));
        for (dir, locked) in slot.into_iter().chain(place) {
            Unlocked(Some((dir, locked.mode)))
                .lock()
                .at("give its mode back to", path)?;
        }
        Ok(())
    }
}
