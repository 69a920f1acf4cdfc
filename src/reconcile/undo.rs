//! Takes back what a run did before the pivot, from its inventory alone: by
//! looking at each path and each slot. So it serves a run that failed and one
//! that was killed, and a second time when the first was killed, too.

use std::ffi::OsStr;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::aside::{Taken, discard_link, discard_tree, is_link_of};
use super::journal::{Expected, FreshKind, Journal, Move, Place};
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::copy;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::HomePath;

/// What is at a path or in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// Nothing.
    Absent,
    /// What the run made for the path.
    Fresh,
    /// Something else.
    Other,
}

/// So often something is copied to the backups because a program changes it
/// meanwhile.
pub(super) const COPIES: u32 = 4;

impl Run<'_> {
    /// Undoes everything. `links` are the leaves whose links the run made or
    /// was about to make where nothing was. It goes on where a step fails, and
    /// gives what could not be done; what came out of the home is never
    /// deleted. Only when all else is back, the anchor turns back.
    pub(super) fn take_back(&mut self, journal: &Journal, links: &[HomePath]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut note = |done: Result<(), HomeError>| {
            if let Err(error) = done {
                problems.push(error.to_string());
            }
        };
        for one in journal.moves.iter().rev() {
            note(self.take_back_one(one));
        }
        if let Err(error) = self.discard_links(links, &mut note) {
            note(Err(error));
        }
        note(self.remove_directories(journal));
        if problems.is_empty() {
            // Everything is back from there.
            self.keeper.release();
            let turned = self.turn_back(journal);
            problems.extend(turned.err().map(|error| error.to_string()));
        }
        self.forget_unused(&journal.places());
        problems
    }

    /// Puts back what came out of the path of `one`, if something did.
    pub(super) fn take_back_one(&mut self, one: &Move) -> Result<(), HomeError> {
        let path = &one.path.0;
        let Some(slot) = self.find_slot(one)? else {
            return Ok(());
        };
        match self
            .look(&slot.dir, &slot.name, one)
            .at("look at what was at", path)?
        {
            // Not begun, or put back.
            Thing::Absent => return Ok(()),
            Thing::Fresh => return self.discard_or_keep(one, &slot),
            Thing::Other => {}
        }
        if let Some(set) = &one.backup
            && let Some(copy) = self
                .keeper
                .find(set, path)
                .at("look for the backup of", path)?
        {
            // A copy, whole or not, of what is in the slot.
            copy::remove(&copy.dir, &copy.name).at("remove the copy of", path)?;
        }
        let Some(dir) = self.find_parent(path)? else {
            return self.keep_out(one, &slot);
        };
        for changed in [&dir, &*slot.dir] {
            let again = changed.again();
            again
                .and_then(|dir| self.touched.add(Some(dir)))
                .at("open the directory of", path)?;
        }
        match self.look(&dir, path.name(), one).at("look at", path)? {
            Thing::Fresh => self.exchange_back(one, &dir, &slot),
            Thing::Absent => match one.move_in(&slot, (&dir, path.name())) {
                Err(Errno::EXIST) => self.keep_out(one, &slot),
                moved => moved.at("put back", path),
            },
            // Somebody has put something there meanwhile: theirs stays.
            Thing::Other => self.keep_out(one, &slot),
        }
    }

    fn exchange_back(&mut self, one: &Move, dir: &Dir, slot: &Slot) -> Result<(), HomeError> {
        let path = &one.path.0;
        match one.exchange((dir, path.name()), slot) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            // What the run had put there is in the slot; what is to go back is
            // aside, and its name was taken.
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                self.discard_or_keep(one, slot)?;
                slot.dir
                    .move_in(&aside, &slot.dir, &slot.name)
                    .at("put back", path)?;
                return self.keep_out(one, slot);
            }
            Err(Errno::NOENT) => {
                let moved = one.move_in(slot, (dir, path.name()));
                return moved.at("put back", path);
            }
            Err(errno) => return Err(errno).at("put back", path),
        }
        let thing = self.look(&slot.dir, &slot.name, one);
        if thing.at("look at what was at", path)? == Thing::Fresh {
            let gone = discard_tree(self.home, &mut self.work, &slot.dir, &slot.name);
            if gone.at("remove what was at", path)? {
                return Ok(());
            }
            // A fresh directory into which somebody has written is theirs now.
        }
        match one.exchange((dir, path.name()), slot) {
            Ok(Exchange::Overtaken(aside)) => {
                // Theirs did not get its name back: that was taken, too.
                self.keep_held(path, &slot.beside(aside))?;
                self.keep_out(one, slot)
            }
            Ok(_) => self.keep_out(one, slot),
            Err(Errno::NOENT) => {
                let moved = one.move_in(slot, (dir, path.name()));
                moved.at("put back", path)
            }
            Err(errno) => Err(errno).at("put back", path),
        }
    }

    /// What came out of the home cannot go back there.
    fn keep_out(&mut self, one: &Move, slot: &Slot) -> Result<(), HomeError> {
        let path = &one.path.0;
        match (one.expected, &one.slot) {
            (Expected::OwnLink | Expected::OwnDirectory, _) => self.discard_or_keep(one, slot),
            (_, Place::Backup(set)) => {
                self.kept.push((set.clone(), path.clone()));
                Ok(())
            }
            _ => self.keep_held(path, slot),
        }
    }

    /// Removes what is ours from `slot`; what is in it beside that is kept.
    pub(super) fn discard_or_keep(&mut self, one: &Move, slot: &Slot) -> Result<(), HomeError> {
        let path = &one.path.0;
        let gone = discard_tree(self.home, &mut self.work, &slot.dir, &slot.name);
        if gone.at("remove what was at", path)? || matches!(one.slot, Place::Backup(_)) {
            return Ok(());
        }
        self.keep_held(path, slot)
    }

    /// Removes the links that the run made for `leaves`.
    fn discard_links(
        &mut self,
        leaves: &[HomePath],
        mut note: impl FnMut(Result<(), HomeError>),
    ) -> Result<(), HomeError> {
        let mut walker = self.home.walker();
        for path in leaves {
            if let Parent::Open(dir) = walker.parent_of(path)? {
                note(self.discard_one(dir, path));
            }
        }
        Ok(())
    }

    fn discard_one(&mut self, dir: &Dir, path: &HomePath) -> Result<(), HomeError> {
        if !is_link_of(self.home, dir, path.name(), path).at("look at", path)? {
            return Ok(());
        }
        let folder = self.work.folder(dir).at("write beside", path)?;
        let slot = Slot::new(&folder, tag(path));
        let again = dir.again();
        again
            .and_then(|dir| self.touched.add(Some(dir)))
            .at("open the directory of", path)?;
        let taken = discard_link(self.home, &slot, dir, path.name());
        match taken.at("remove the link", path)? {
            Taken::Held => self.keep_held(path, &slot),
            _ => Ok(()),
        }
    }

    /// Removes the directories that the run made, when they are empty; those
    /// that are not are somebody else's now.
    fn remove_directories(&mut self, journal: &Journal) -> Result<(), HomeError> {
        if journal.directories.is_empty() {
            return Ok(());
        }
        for path in journal.directories.iter().rev() {
            let path = &path.0;
            if let Some(dir) = self.find_parent(path)? {
                match dir.remove_dir(path.name()) {
                    // A private folder of this run in it goes later.
                    Ok(()) | Err(_) => {}
                }
            }
            self.made.forget(path);
        }
        self.made.write(self.home, &self.state)
    }

    /// Backs up something that has no name in the home any more, because its
    /// name was taken while it was looked at.
    pub(super) fn keep_held(&mut self, path: &HomePath, slot: &Slot) -> Result<(), HomeError> {
        self.keep_again(path, slot, COPIES)
    }

    /// As [`Self::keep_held`], copied so often at most.
    pub(super) fn keep_again(
        &mut self,
        path: &HomePath,
        slot: &Slot,
        tries: u32,
    ) -> Result<(), HomeError> {
        let (set, backup) = self.keeper.reserve(path).at("make room to back up", path)?;
        self.kept.push((set, path.clone()));
        match slot.dir.move_in(&slot.name, &backup.dir, &backup.name) {
            Err(Errno::XDEV) => {
                copy::copy(&slot.dir, &slot.name, &backup.dir, &backup.name)
                    .and_then(|()| backup.dir.sync())
                    .at("back up", path)?;
                self.remove_original(path, slot, &backup, tries - 1)
            }
            moved => moved.at("back up", path),
        }
    }

    /// The slot of `one`, when the directory that it lies in is there.
    pub(super) fn find_slot(&mut self, one: &Move) -> Result<Option<Slot>, HomeError> {
        let path = &one.path.0;
        let (folder, name) = match &one.slot {
            Place::Backup(set) => {
                return self
                    .keeper
                    .find(set, path)
                    .at("look for the backup of", path);
            }
            Place::Work(name) => (self.work.find_in_state().at("look for", path)?, name),
            Place::Beside(name) => match self.find_parent(path)? {
                // Made when it is missing: links in a directory that the run
                // made must not go by way of a folder in that directory.
                Some(dir) if one.expected == Expected::Nothing => {
                    (Some(self.work.beside(&dir).at("look for", path)?), name)
                }
                Some(dir) => (self.work.find_beside(&dir).at("look for", path)?, name),
                None => (None, name),
            },
        };
        Ok(folder.map(|folder| Slot::new(&folder, name)))
    }

    /// What is at `name` in `dir`, which is the path of `one` or its slot.
    pub(super) fn look(&self, dir: &Dir, name: &OsStr, one: &Move) -> rustix::io::Result<Thing> {
        let stat = match dir.stat(name) {
            Err(Errno::NOENT) => return Ok(Thing::Absent),
            other => other?,
        };
        let fresh = match one.fresh {
            FreshKind::Link => is_link_of(self.home, dir, name, &one.path.0)?,
            FreshKind::Directory => FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
        };
        Ok(if fresh { Thing::Fresh } else { Thing::Other })
    }
}
