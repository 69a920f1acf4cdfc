//! What becomes of the things that came out of the home, once the new
//! generation is in force.

use std::ffi::OsStr;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::aside::is_own_link;
use super::discard::{Rest, discard_copied};
use super::journal::{Expected, Move, Place};
use super::run::Run;
use super::undo::{COPIES, Thing};
use super::work::Slot;
use crate::home::copy;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError};
use crate::manifest::HomePath;

impl Run<'_> {
    /// Gives `path` back what came out of it, where a link of ours is now.
    pub(super) fn give_back(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce | Exchange::InSteps) => {}
            // What was to go back is aside. In the slot is our link, or what a
            // program had saved over it, before yet another took the name.
            Ok(Exchange::Overtaken(aside)) => {
                let kept = self.keep_held(path, &slot.beside(aside));
                self.drop_own_or_keep(path, slot)?;
                return kept;
            }
            Err(Errno::NOENT) => return self.put_back_or_keep(dir, path, slot),
            Err(errno) => return Err(errno).at("put back", path),
        }
        if is_own_link(self.home, &slot.dir, &slot.name).at("look at what was at", path)? {
            return slot.dir.unlink(&slot.name).at("renew the link", path);
        }
        // Saved over our link meanwhile: the newer one stays at the path.
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::Overtaken(aside)) => {
                let kept = self.keep_held(path, &slot.beside(aside));
                self.keep_held(path, slot)?;
                kept
            }
            Ok(_) => self.keep_held(path, slot),
            Err(Errno::NOENT) => self.put_back_or_keep(dir, path, slot),
            Err(errno) => Err(errno).at("put back", path),
        }
    }

    /// Moves what is in the slot to `path`, where nothing is, or to the backups
    /// if it cannot be there.
    pub(super) fn put_back_or_keep(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        match slot.dir.move_in(&slot.name, dir, path.name()) {
            Ok(()) => Ok(()),
            Err(_) => self.keep_held(path, slot),
        }
    }

    /// What came out of the home, when another program has taken its name.
    pub(super) fn drop_own_or_keep(
        &mut self,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        if is_own_link(self.home, &slot.dir, &slot.name).at("look at what was at", path)? {
            slot.dir.unlink(&slot.name).at("renew the link", path)
        } else {
            self.keep_held(path, slot)
        }
    }

    /// Deals with what came out of the home, after the pivot.
    pub(super) fn settle(&mut self, one: &Move) -> Result<(), HomeError> {
        let path = &one.path.0;
        let Some(slot) = self.find_slot(one)? else {
            return Ok(());
        };
        let thing = self.look(&slot.dir, &slot.name, one);
        match thing.at("look at what was at", path)? {
            Thing::Absent => Ok(()),
            // It was not put in place.
            Thing::Fresh => self.discard_or_keep(one, &slot),
            Thing::Other => match (one.expected, &one.slot, &one.backup) {
                (Expected::Foreign, Place::Backup(set), _) => {
                    if self.discard_left(path, &slot)? {
                        self.unkept.push((set.clone(), path.clone()));
                        return Ok(());
                    }
                    self.kept.push((set.clone(), path.clone()));
                    self.store_once(path, &slot)
                }
                (Expected::Foreign, _, Some(set)) => {
                    let set = set.clone();
                    if self.discard_left(path, &slot)? {
                        self.discard_copy(path, &set)?;
                        self.unkept.push((set, path.clone()));
                        return Ok(());
                    }
                    self.settle_original(path, &slot, &set)
                }
                // Saved over our link before it could be exchanged.
                (Expected::OwnLink, ..) if one.after => {
                    let own = is_own_link(self.home, &slot.dir, &slot.name);
                    let replaced = match self.find_parent(path)? {
                        Some(dir) => self.look(&dir, path.name(), one).at("look at", path)?,
                        None => Thing::Absent,
                    };
                    if own.at("look at what was at", path)? && replaced != Thing::Absent {
                        self.discard_or_keep(one, &slot)
                    } else {
                        self.take_back_one(one)
                    }
                }
                (Expected::OwnDirectory, ..) => {
                    self.discard_left_in(path, &slot)?;
                    // Somebody may have written into it meanwhile.
                    self.discard_or_keep(one, &slot)
                }
                _ => self.discard_or_keep(one, &slot),
            },
        }
    }

    /// The original of a backup that was copied to another mount.
    fn settle_original(
        &mut self,
        path: &HomePath,
        slot: &Slot,
        set: &str,
    ) -> Result<(), HomeError> {
        let copied = self.keeper.find(set, path);
        let copied = match copied.at("look for the backup of", path)? {
            Some(copied) if copied.dir.stat(&copied.name).is_ok() => copied,
            _ => return self.keep_held(path, slot),
        };
        self.kept.push((set.to_owned(), path.clone()));
        self.remove_original(path, slot, &copied, COPIES)?;
        self.store_once(path, &copied)
    }

    /// Removes what was copied. What is more in it than in the copy is kept as
    /// a further backup, so often at most. A run that was cut off here
    /// left less.
    pub(super) fn remove_original(
        &mut self,
        path: &HomePath,
        slot: &Slot,
        copied: &Slot,
        tries: u32,
    ) -> Result<(), HomeError> {
        let in_use = || Err(Errno::TXTBSY).at("remove what was at", path);
        // Nothing is begun when it is clear that it cannot be done.
        let at_rest = slot.dir.is_at_rest(&slot.name);
        if !at_rest.at("look at what was at", path)? {
            return in_use();
        }
        let (dir, name) = (&slot.dir, &slot.name);
        let equal = match copy::is_equal(dir, name, &copied.dir, &copied.name) {
            Ok(false) => is_part(dir, name, &copied.dir, &copied.name),
            equal => equal,
        };
        let mut rest = Rest::More;
        if equal.at("verify the backup of", path)? {
            let mut strays = Vec::new();
            let left = discard_copied(slot, copied, &mut strays);
            for stray in strays {
                self.keep_held(path, &stray)?;
            }
            rest = left.at("remove what was at", path)?;
        }
        match rest {
            Rest::Nothing => Ok(()),
            Rest::InUse => in_use(),
            Rest::More if tries == 0 => Err(Errno::BUSY).at("remove what was at", path),
            Rest::More => {
                self.meddled.push(format!(
                    "~/{path} was changed while it was moved to the backups: what it became is a \
                     further one; `nhmt backups list` shows them"
                ));
                self.keep_again(path, slot, tries)
            }
        }
    }
}

/// Whether everything that is at `name` in `a` is at `other` in `b` as well.
fn is_part(a: &Dir, name: &OsStr, b: &Dir, other: &OsStr) -> rustix::io::Result<bool> {
    let is_directory = |dir: &Dir, name: &OsStr| {
        let stat = dir.stat(name)?;
        Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
    };
    if !(is_directory(a, name)? && is_directory(b, other)?) {
        return copy::is_equal(a, name, b, other);
    }
    let (left, right) = (a.open(name)?, b.open(other)?);
    for (name, _) in left.entries()? {
        let missing = right.stat(&name).err() == Some(Errno::NOENT);
        if missing || !is_part(&left, &name, &right, &name)? {
            return Ok(false);
        }
    }
    Ok(true)
}
