//! Takes back, in reverse, what a run did before the pivot.

use super::aside::{Taken, discard_link, discard_tree, is_own_link};
use super::copy;
use super::directories::Directories;
use super::plan::Plan;
use super::run::{Did, Run};
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::HomePath;
use rustix::io::Errno;

impl Run<'_> {
    /// Undoes everything. It goes on where a step fails: each is undone as far
    /// as it can be, and what came out of the home is never deleted.
    pub(super) fn undo(mut self, plan: &Plan, made: &Directories) {
        let mut walker = self.home.walker();
        for path in plan.links[..self.linked].iter().rev() {
            if let Ok(Parent::Open(dir)) = walker.parent_of(path)
                && let Ok(Taken::Held(slot)) =
                    discard_link(self.home, &mut self.work, dir, path.name())
            {
                let _ = self.keep_held(path, &slot);
            }
        }
        drop(walker);
        while let Some(did) = self.did.pop() {
            match did {
                Did::Copied(backup) => {
                    let _ = copy::remove(&backup.dir, &backup.name);
                }
                Did::Placed(path) => {
                    if let Ok(dir) = self.parent(&path) {
                        let _ = discard_tree(self.home, &mut self.work, &dir, path.name());
                    }
                }
                Did::Exchanged(path, slot) => {
                    if let Ok(dir) = self.parent(&path) {
                        let _ = self.exchange_back(&dir, &path, &slot);
                    }
                }
            }
        }
        // At worst the memory names directories that do not exist.
        let _ = made.write(self.home, &self.state);
        for (set, path) in self.reserved.drain(..) {
            self.keeper.tidy(&set, &path);
        }
        self.work.clean();
    }

    /// Puts back what came out of `path`. When somebody has put something else
    /// there meanwhile, theirs stays, and what came out stays where it is.
    pub(super) fn exchange_back(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> rustix::io::Result<()> {
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                if !self.discard_fresh(slot)? {
                    let _ = self.keep_held(path, slot);
                }
                return slot.dir.move_in(&aside, &slot.dir, &slot.name);
            }
            Err(Errno::NOENT) => return slot.dir.move_in(&slot.name, dir, path.name()),
            Err(errno) => return Err(errno),
        }
        // A fresh directory into which somebody has written is theirs now.
        if self.discard_fresh(slot)? {
            return Ok(());
        }
        if let Exchange::Overtaken(aside) = dir.exchange(path.name(), &slot.dir, &slot.name)? {
            let _ = self.keep_held(path, &slot.beside(aside));
        }
        Ok(())
    }

    /// Discards what this run had put in place and took out again; gives
    /// whether nothing of it is left.
    fn discard_fresh(&mut self, slot: &Slot) -> rustix::io::Result<bool> {
        let fresh = match slot.dir.open(&slot.name) {
            Ok(_) => true,
            Err(_) => is_own_link(self.home, &slot.dir, &slot.name)?,
        };
        Ok(fresh && discard_tree(self.home, &mut self.work, &slot.dir, &slot.name)?)
    }

    /// Backs up something that has no name in the home any more, because its
    /// name was taken while it was looked at.
    pub(super) fn keep_held(&mut self, path: &HomePath, slot: &Slot) -> Result<(), HomeError> {
        let (_, backup) = self.reserve(path)?;
        match slot.dir.move_in(&slot.name, &backup.dir, &backup.name) {
            Err(Errno::XDEV) => copy::copy(&slot.dir, &slot.name, &backup.dir, &backup.name),
            other => other,
        }
        .at("back up", path)
    }
}
