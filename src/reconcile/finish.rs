//! What comes after the pivot: the new generation is in force, so that nothing
//! here stops the run; what could not be done is named.

use std::rc::Rc;

use rustix::io::Errno;

use super::aside::{Taken, discard_link, is_own_link};
use super::error::ReconcileError;
use super::journal::{Journal, Move};
use super::plan::{Placement, Plan};
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::HomePath;

impl Run<'_> {
    /// Finishes the run; gives what could not be done, one sentence each.
    pub(super) fn finish(&mut self, plan: &Plan, journal: &Journal) -> Vec<String> {
        let mut problems = Vec::new();
        self.pivoted = true;
        let (before, after) = journal.moves.split_at(plan.before.len());
        for (placement, one) in plan.after.iter().zip(after) {
            self.expand(placement, one, &mut problems);
        }
        self.each(&plan.stale, &mut problems, Self::remove_stale);
        self.each(&plan.relink, &mut problems, Self::relink);
        if let Err(error) = self.clear_inside(plan) {
            problems.push(error.to_string());
        }
        self.follow_sources();
        problems.extend(self.manage_inside(plan));
        for one in before.iter().chain(after) {
            if let Err(error) = self.settle(one) {
                problems.push(error.to_string());
            }
        }
        let unkept = std::mem::take(&mut self.unkept);
        self.forget_unused(&unkept);
        if let Err(error) = self.clean_bridge(journal) {
            problems.push(error.to_string());
        }
        // Before the directories, which a private folder may lie in.
        self.work.clean();
        if let Err(error) = self.leave(plan) {
            problems.push(error.to_string());
        }
        self.mount(&plan.routes.mount);
        self.work.clean();
        if let Err(error) = self.bring_to_disk() {
            problems.push(error.to_string());
        }
        problems
    }

    /// Syncs what was touched.
    pub(super) fn bring_to_disk(&mut self) -> Result<(), HomeError> {
        let home = self.home.layout().home();
        self.synced += self.touched.sync().at_path("bring to the disk", home)?;
        Ok(())
    }

    /// An old leaf becomes a directory: its link resolves to the directory in
    /// the new tree since the pivot, and is now exchanged for the real one.
    fn expand(&mut self, placement: &Placement, one: &Move, problems: &mut Vec<String>) {
        let Err(error) = self.place(placement, one) else {
            return;
        };
        match error {
            // To the next run it is drift, as if it had happened later.
            ReconcileError::Changed(_) => self.meddled.push(error.after_pivot()),
            error => problems.push(error.after_pivot()),
        }
        // What came out was no link of ours, or nothing was there.
        if let Err(error) = self.take_back_one(one) {
            problems.push(error.to_string());
        }
    }

    fn each(
        &mut self,
        paths: &[HomePath],
        problems: &mut Vec<String>,
        act: fn(&mut Self, &Dir, &HomePath, &Slot) -> Result<(), HomeError>,
    ) {
        let mut walker = self.home.walker();
        let mut last = None;
        for path in paths {
            let done = match walker.parent_of(path) {
                Ok(Parent::Open(dir)) => {
                    let parent = path.parent();
                    let folder = match last.take() {
                        Some((known, folder)) if known == parent => Ok(folder),
                        _ => self.folder_for(dir, path),
                    };
                    folder.and_then(|folder| {
                        let slot = Slot::new(&folder, tag(path));
                        last = Some((parent, folder));
                        act(self, dir, path, &slot)
                    })
                }
                // Its directory is gone or was replaced, the link with it.
                Ok(Parent::Blocked { .. }) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                problems.push(error.to_string());
            }
        }
    }

    /// The private folder for what comes out of `dir`, which is synced later.
    fn folder_for(&mut self, dir: &Dir, path: &HomePath) -> Result<Rc<Dir>, HomeError> {
        dir.again()
            .and_then(|dir| self.touched.add(Some(dir)))
            .at("open the directory of", path)?;
        self.work.folder(dir).at("write beside", path)
    }

    fn remove_stale(&mut self, dir: &Dir, path: &HomePath, slot: &Slot) -> Result<(), HomeError> {
        let taken = discard_link(self.home, slot, dir, path.name());
        match taken.at("remove the link", path)? {
            Taken::Held => self.keep_held(path, slot),
            _ => Ok(()),
        }
    }

    /// Replaces a link by an identical new one, so that programs that watch
    /// the name get an event.
    fn relink(&mut self, dir: &Dir, path: &HomePath, slot: &Slot) -> Result<(), HomeError> {
        let mut target = Vec::new();
        let target = self.home.target_into(path, &mut target);
        slot.dir
            .symlink(target, &slot.name)
            .at("make the link", path)?;
        self.renew(dir, path, slot)
    }

    /// Exchanges the link at `path` for the one in the slot.
    pub(super) fn renew(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => self.settle_relinked(dir, path, slot),
            Ok(Exchange::InSteps) => {
                self.note_steps(path);
                self.settle_relinked(dir, path, slot)
            }
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                slot.dir.unlink(&aside).at("clean up for", path)?;
                self.drop_own_or_keep(path, slot)
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at("clean up for", path)?;
                match errno {
                    // Gone meanwhile is drift, which the next run repairs.
                    Errno::NOENT => Ok(()),
                    errno => Err(errno).at("renew the link", path),
                }
            }
        }
    }

    fn settle_relinked(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        if is_own_link(self.home, &slot.dir, &slot.name).at("look at what was at", path)? {
            return slot.dir.unlink(&slot.name).at("renew the link", path);
        }
        self.give_back(dir, path, slot)
    }

    /// Removes the directories of ours that are empty and not needed.
    pub(super) fn leave(&mut self, plan: &Plan) -> Result<(), HomeError> {
        let mut forgot = false;
        let mut failed = Ok(());
        for path in &plan.leave {
            let gone = match self.home.walker().parent_of(path)? {
                Parent::Open(dir) => match dir.remove_dir(path.name()) {
                    Ok(()) => {
                        let dir = dir.again();
                        dir.and_then(|dir| self.touched.add(Some(dir)))
                            .at("open the directory of", path)?;
                        true
                    }
                    // Not a directory any more.
                    Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => true,
                    // Not empty, or a mount point: it stays, remembered.
                    Err(Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY) => false,
                    Err(errno) => {
                        failed = Err(errno).at("remove the directory", path);
                        false
                    }
                },
                Parent::Blocked { .. } => true,
            };
            if gone {
                self.made.forget(path);
                forgot = true;
            }
        }
        if forgot || !plan.after.is_empty() {
            self.made.write(self.home, &self.state)?;
        }
        failed
    }
}
