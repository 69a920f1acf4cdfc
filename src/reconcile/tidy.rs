//! Clears what killed or failing processes left of themselves.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::clear_roots::sweep_roots;
use super::examine::{BRIDGE, WORK};
use super::files::FILES;
use super::mend::{Mender, errno};
use super::pivot::anchored;
use super::wipe::places;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeLock, Parent, os};

/// The names of files until they are whole. Each is written under the lock, so
/// that whoever holds it finds only what a killed process left.
const UNFINISHED: [&str; 6] = [
    "current.next",
    "directories.next",
    "journal.next",
    "roots.next",
    "wiping.next",
    "written.next",
];

/// Clears what killed or failing processes left of themselves, when there is
/// no journal that knows what it was for: unfinished files, bridges that the
/// anchor does not use, and private folders, of which what nhmt did not make
/// goes to the backups of `generation`. Gives what could not be done, one
/// sentence each.
#[must_use]
pub fn tidy(lock: &HomeLock, generation: u64) -> Vec<String> {
    let Ok(Some(state)) = lock.state() else {
        return Vec::new();
    };
    let mender = Mender {
        home: lock,
        state,
        generation,
    };
    let place = lock.layout().state();
    let cleared = mender.tidy().at_path("clean up", place);
    let cleared = cleared.and_then(|()| sweep_roots(lock, generation));
    cleared.err().iter().map(ToString::to_string).collect()
}

impl Mender<'_> {
    fn tidy(&self) -> Result<()> {
        let mut bridges = false;
        for (name, _) in self.state.entries()? {
            if UNFINISHED.iter().any(|unfinished| name == *unfinished) {
                self.state.unlink(&name)?;
            }
            bridges |= name.as_bytes().starts_with(BRIDGE.as_bytes());
        }
        if let Ok(backups) = self.state.open(os("backups"))
            && is_at(&backups, os("items.next"))
        {
            backups.unlink(os("items.next"))?;
        }
        if bridges {
            let anchor = anchored(self.home, &self.state).map_err(|error| errno(&error))?;
            let state = self.home.layout().state();
            // An anchor without a journal that leads to one is for `doctor`.
            if anchor.is_none_or(|anchor| !anchor.starts_with(state)) {
                self.folders(&self.state, BRIDGE)?;
            }
        }
        self.wiped()?;
        let work = match self.state.open(os(WORK)) {
            Err(Errno::NOENT) => return Ok(()),
            work => work?,
        };
        for (name, kind) in work.entries()? {
            if name == FILES {
                // Files that are no links have a memory of what is in it.
                let _ = work.remove_dir(&name);
            } else if kind == FileType::Directory {
                self.clear(&work, &name)?;
            }
        }
        Ok(())
    }

    /// What a wipe that was cut off has on other mounts.
    fn wiped(&self) -> Result<()> {
        let folders = places::read(&self.state)?;
        for path in &folders {
            let mut walker = self.home.walker();
            let parent = walker.parent_of(path).map_err(|error| errno(&error))?;
            if let Parent::Open(dir) = parent
                && is_at(dir, path.name())
            {
                self.clear(dir, path.name())?;
            }
        }
        if folders.is_empty() {
            return Ok(());
        }
        places::forget(&self.state)
    }
}

fn is_at(dir: &Dir, name: &OsStr) -> bool {
    dir.stat(name).is_ok()
}
