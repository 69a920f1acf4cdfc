//! What comes after the pivot: the new generation is in force, so that nothing
//! here stops the run; what could not be done is named.

use rustix::io::Errno;

use super::aside::{Taken, discard_link, discard_tree};
use super::copy;
use super::plan::{Placement, Plan};
use super::run::{Did, Out, Run};
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::HomePath;

impl Run<'_> {
    /// Finishes the run; gives what could not be done, one sentence each.
    pub(super) fn finish(&mut self, plan: &Plan) -> Vec<String> {
        let mut problems = Vec::new();
        for placement in &plan.after {
            self.expand(placement, &mut problems);
        }
        self.each(&plan.stale, &mut problems, Self::remove_stale);
        self.each(&plan.relink, &mut problems, Self::relink);
        for out in std::mem::take(&mut self.out) {
            if let Err(error) = self.settle(out) {
                problems.push(error.to_string());
            }
        }
        if let Err(error) = self.leave(&plan.leave) {
            problems.push(error.to_string());
        }
        match self.touched.sync() {
            Ok(time) => self.synced += time,
            Err(errno) => {
                let home = self.home.layout().home().display();
                problems.push(HomeError::new("bring to the disk", home, errno).to_string());
            }
        }
        self.work.clean();
        problems
    }

    /// An old leaf becomes a directory: its link resolves to the directory in
    /// the new tree since the pivot, and is now exchanged for the real one.
    fn expand(&mut self, placement: &Placement, problems: &mut Vec<String>) {
        let done = self.did.len();
        let Err(error) = self.place(placement) else {
            return;
        };
        // What came out was no link of ours, or nothing was there.
        let undone = self.did.split_off(done).pop();
        if let Some(Did::Exchanged(path, slot)) = undone
            && let Ok(dir) = self.parent(&path)
        {
            let _ = self.exchange_back(&dir, &path, &slot);
        }
        problems.push(error.to_string());
    }

    fn each(
        &mut self,
        paths: &[HomePath],
        problems: &mut Vec<String>,
        act: fn(&mut Self, &Dir, &HomePath) -> Result<(), HomeError>,
    ) {
        let mut walker = self.home.walker();
        let mut last = None;
        for path in paths {
            let done = match walker.parent_of(path) {
                Ok(Parent::Open(dir)) => act(self, dir, path).and_then(|()| {
                    let parent = path.parent();
                    if last.as_ref() == Some(&parent) {
                        return Ok(());
                    }
                    last = Some(parent);
                    dir.again()
                        .and_then(|dir| self.touched.add(Some(dir)))
                        .at("open the directory of", path)
                }),
                // Its directory is gone or was replaced, the link with it.
                Ok(Parent::Blocked { .. }) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                problems.push(error.to_string());
            }
        }
    }

    fn remove_stale(&mut self, dir: &Dir, path: &HomePath) -> Result<(), HomeError> {
        let taken = discard_link(self.home, &mut self.work, dir, path.name());
        match taken.at("remove the link", path)? {
            Taken::Held(slot) => self.keep_held(path, &slot),
            _ => Ok(()),
        }
    }

    /// Replaces a link by an identical new one, so that programs that watch
    /// the name get an event.
    fn relink(&mut self, dir: &Dir, path: &HomePath) -> Result<(), HomeError> {
        let mut target = Vec::new();
        loop {
            let slot = self.work.slot(dir).at("write beside", path)?;
            let target = self.home.target_into(path, &mut target);
            slot.dir
                .symlink(target, &slot.name)
                .at("make the link", path)?;
            match dir.exchange(path.name(), &slot.dir, &slot.name) {
                Ok(Exchange::AtOnce) => return self.settle_relinked(dir, path, &slot),
                Ok(Exchange::InSteps) => {
                    self.note_steps(path);
                    return self.settle_relinked(dir, path, &slot);
                }
                Ok(Exchange::Overtaken(aside)) => {
                    self.note_steps(path);
                    slot.dir.unlink(&aside).at("clean up for", path)?;
                    return self.drop_own_or_keep(path, &slot);
                }
                Err(errno) => {
                    slot.dir.unlink(&slot.name).at("clean up for", path)?;
                    match errno {
                        // Gone meanwhile is drift, which the next run repairs.
                        Errno::NOENT => return Ok(()),
                        Errno::XDEV if self.work.is_apart(dir).at("look at", path)? => {}
                        errno => return Err(errno).at("renew the link", path),
                    }
                }
            }
        }
    }

    /// What came out of the home, when another program has taken its name.
    fn drop_own_or_keep(&mut self, path: &HomePath, slot: &Slot) -> Result<(), HomeError> {
        let own = super::aside::is_own_link(self.home, &slot.dir, &slot.name);
        if own.at("look at what was at", path)? {
            slot.dir.unlink(&slot.name).at("renew the link", path)
        } else {
            self.keep_held(path, slot)
        }
    }

    fn settle_relinked(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        let own = super::aside::is_own_link(self.home, &slot.dir, &slot.name);
        if own.at("look at what was at", path)? {
            slot.dir.unlink(&slot.name)
        } else {
            self.exchange_back(dir, path, slot)
        }
        .at("renew the link", path)
    }

    /// Deals with what came out of the home before the pivot.
    fn settle(&mut self, out: Out) -> Result<(), HomeError> {
        match out {
            Out::Own(path, slot) => {
                let gone = discard_tree(self.home, &mut self.work, &slot.dir, &slot.name);
                if !gone.at("remove what was at", &path)? {
                    // Somebody wrote into it meanwhile.
                    self.keep_held(&path, &slot)?;
                }
                Ok(())
            }
            Out::Backup(path, set, slot) => {
                self.kept.push((set, path.clone()));
                self.keeper
                    .store_once(&slot)
                    .at("store the backup of", &path)
            }
            Out::Original(path, slot, copied) => {
                // Asked before the comparison: what nobody writes to now, and
                // is equal then, stays equal.
                let at_rest = slot.dir.is_at_rest(&slot.name);
                if !at_rest.at("look at what was at", &path)? {
                    return Err(Errno::TXTBSY).at("remove what was at", &path);
                }
                let equal = copy::is_equal(&slot.dir, &slot.name, &copied.dir, &copied.name);
                if equal.at("verify the backup of", &path)? {
                    copy::remove(&slot.dir, &slot.name).at("remove what was at", &path)
                } else {
                    self.keep_held(&path, &slot)
                }
            }
        }
    }

    /// Removes the directories of ours that are empty and not needed.
    fn leave(&mut self, dirs: &[HomePath]) -> Result<(), HomeError> {
        let mut forgot = false;
        for path in dirs {
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
                    Err(_) => false,
                },
                Parent::Blocked { .. } => true,
            };
            if gone {
                self.made.forget(path);
                forgot = true;
            }
        }
        if forgot || !self.did.is_empty() {
            self.made.write(self.home, &self.state)?;
        }
        Ok(())
    }
}
