//! Where a run puts what it moves out of the way:
//! `backups/<generation>/<path>`, and `backups/<generation>~2/<path>` when that
//! name is taken, so that nothing is ever put over an older backup and each
//! thing keeps its whole path. `backups/items` has a line for each.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::io::{Errno, Result};

use super::records::{self, Record};
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::os;
use crate::manifest::HomePath;

/// One name for each content that was backed up, so that it is stored once.
pub(super) const OBJECTS: &str = ".objects";

/// Makes room for the backups of one run.
#[derive(Debug)]
pub(super) struct Keeper {
    backups: Dir,
    generation: u64,
    /// What is recorded: sets and paths.
    recorded: HashSet<(String, HomePath)>,
    /// What a journal names as places of its own: sets and paths.
    claimed: Vec<(String, HomePath)>,
    appended: bool,
}

impl Keeper {
    pub(super) fn new(state: &Dir, generation: u64) -> Result<Self> {
        let backups = state.open_or_make(os("backups"), 0o700)?;
        let recorded = records::read(&backups)?;
        let recorded = recorded.into_iter().map(|r| (r.set, r.path)).collect();
        Ok(Self {
            backups,
            generation,
            recorded,
            claimed: Vec::new(),
            appended: false,
        })
    }

    /// Leaves these places, which a journal names, to what it names them for:
    /// who takes that run up goes by what is there.
    pub(super) fn claim(&mut self, places: Vec<(String, HomePath)>) {
        self.claimed = places;
    }

    /// Nothing goes to the places of the journal any more.
    pub(super) fn release(&mut self) {
        self.claimed.clear();
    }

    /// The folder with one name for each content.
    pub(super) fn objects(&self) -> Result<Rc<Dir>> {
        Ok(Rc::new(self.backups.open_or_make(os(OBJECTS), 0o700)?))
    }

    /// A free place for what is at `path`, recorded; gives the set and the
    /// place.
    pub(super) fn reserve(&mut self, path: &HomePath) -> Result<(String, Slot)> {
        let set = self.choose(path)?;
        let slot = self.open(&set, path)?;
        Ok((set, slot))
    }

    /// The set that has a free place for what is at `path`. Only looks.
    pub(super) fn choose(&self, path: &HomePath) -> Result<String> {
        for number in 1_u32.. {
            let set = match number {
                1 => self.generation.to_string(),
                n => format!("{}~{n}", self.generation),
            };
            if self.is_free(&set, path)? {
                return Ok(set);
            }
        }
        Err(Errno::EXIST)
    }

    fn is_free(&self, set: &str, path: &HomePath) -> Result<bool> {
        // Neither in one, nor around it.
        let meets =
            |other: &HomePath| other == path || other.is_below(path) || path.is_below(other);
        if self
            .claimed
            .iter()
            .any(|(of, other)| of == set && meets(other))
        {
            return Ok(false);
        }
        let mut dir = match self.backups.open(os(set)) {
            Err(Errno::NOENT) => return Ok(true),
            other => other?,
        };
        for above in path.ancestors() {
            // A directory that is a backup itself must not get more into it.
            let recorded = (set.to_owned(), above.clone());
            if self.recorded.contains(&recorded) && dir.stat(above.name()).is_ok() {
                return Ok(false);
            }
            dir = match dir.open(above.name()) {
                Err(Errno::NOENT) => return Ok(true),
                Err(Errno::NOTDIR | Errno::LOOP) => return Ok(false),
                other => other?,
            };
        }
        match dir.stat(path.name()) {
            Err(Errno::NOENT) => Ok(true),
            Ok(_) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// The chosen place, with its directories made and its record written.
    pub(super) fn open(&mut self, set: &str, path: &HomePath) -> Result<Slot> {
        let mut dir = self.backups.open_or_make(os(set), 0o700)?;
        for above in path.ancestors() {
            dir = dir.open_or_make(above.name(), 0o700)?;
        }
        let record = Record {
            set: set.to_owned(),
            path: path.clone(),
            when: now(),
        };
        records::append(&self.backups, &record)?;
        self.recorded.insert((set.to_owned(), path.clone()));
        self.appended = true;
        Ok(Slot {
            dir: Rc::new(dir),
            name: path.name().to_owned(),
        })
    }

    /// The place of `path` in `set` when its directories are there.
    pub(super) fn find(&self, set: &str, path: &HomePath) -> Result<Option<Slot>> {
        let mut dir = match self.backups.open(os(set)) {
            Err(Errno::NOENT) => return Ok(None),
            other => other?,
        };
        for above in path.ancestors() {
            dir = match dir.open(above.name()) {
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
                other => other?,
            };
        }
        Ok(Some(Slot {
            dir: Rc::new(dir),
            name: path.name().to_owned(),
        }))
    }

    /// Brings the list of backups to the disk when it got longer.
    pub(super) fn sync(&self) -> Result<()> {
        if self.appended {
            records::sync(&self.backups)?;
        }
        Ok(())
    }

    /// Removes the directories that `reserve` made and nothing went into.
    pub(super) fn tidy(&self, set: &str, path: &HomePath) {
        let mut dirs = Vec::new();
        let Ok(mut dir) = self.backups.open(os(set)) else {
            return;
        };
        for above in path.ancestors() {
            let Ok(next) = dir.open(above.name()) else {
                break;
            };
            dirs.push((std::mem::replace(&mut dir, next), above.name().to_owned()));
        }
        for (dir, name) in dirs.iter().rev() {
            let _ = dir.remove_dir(name);
        }
        let _ = self.backups.remove_dir(os(set));
    }

    /// Drops the records of `reserved` sets and paths that nothing is at: the
    /// run that reserved them was undone.
    pub(super) fn forget(&mut self, reserved: &[(String, HomePath)]) -> Result<()> {
        let mut empty = HashSet::new();
        for (set, path) in reserved {
            let there = match self.find(set, path)? {
                None => Err(Errno::NOENT),
                Some(slot) => slot.dir.stat(&slot.name),
            };
            if there.is_err_and(|errno| errno == Errno::NOENT) {
                empty.insert((set.clone(), path.clone()));
            }
        }
        self.recorded.retain(|record| !empty.contains(record));
        let goes = |record: &Record| empty.contains(&(record.set.clone(), record.path.clone()));
        records::drop_lines(&self.backups, goes)
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
