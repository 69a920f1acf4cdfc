//! Brings the links of managed files to their places in roots.
//!
//! All this happens after the pivot, each link by a step of its own: the
//! persisted directory is at its place only then. A link that is there already
//! needs none: it switches with the anchor, as all others do. Whatever a step
//! leaves undone, the next run finds, by looking.
//!
//! Nothing here removes a name that was only looked at. A link is made where
//! nothing is (`symlinkat` replaces nothing), or exchanged for what is there,
//! with a slot in the root's private folder. What came out and is not nhmt's
//! goes to the backups of the root, from a run that was cut off by the next one
//! (`sweep_root`), or gets its name back.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use rustix::io::Errno;

use super::aside::{Taken, discard_link, is_own_link};
use super::inside::{InPlaceOf, InsideStep, What};
use super::plan::Plan;
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeError};
use crate::manifest::HomePath;
use crate::state::{Owner, Root, make_one};

/// So often a link is tried to be put where programs write.
const TRIES: usize = 5;

impl Run<'_> {
    /// Carries out what `plan` has for links in roots; gives what could not be
    /// done, one sentence each.
    pub(super) fn manage_inside(&mut self, plan: &Plan) -> Vec<String> {
        let mut problems = Vec::new();
        if plan.inside.is_empty() && plan.leave_inside.is_empty() {
            return problems;
        }
        let known = self.made.clone();
        let (gone, rest): (Vec<_>, Vec<_>) = plan
            .inside
            .iter()
            .partition(|step| step.what == What::Remove);
        let mut note = |done: Result<(), HomeError>| {
            if let Err(error) = done {
                problems.push(error.to_string());
            }
        };
        let roots: BTreeSet<_> = plan.inside.iter().map(|step| &*step.route.root).collect();
        for root in roots {
            note(self.sweep_root_at(root));
        }
        for step in gone {
            note(self.remove_inside(step));
        }
        for step in &plan.leave_inside {
            note(self.leave_inside(step));
        }
        for step in rest {
            note(self.put_inside(step));
        }
        if self.made != known {
            note(self.made.write(self.home, &self.state));
        }
        problems
    }

    /// What a run that was cut off left in the private folder of the root at
    /// `place`, if there is one.
    fn sweep_root_at(&mut self, place: &Path) -> Result<(), HomeError> {
        match Root::find(place)? {
            Some(root) if root.own()?.is_some() => self.sweep_root(&root),
            _ => Ok(()),
        }
    }

    fn remove_inside(&mut self, step: &InsideStep) -> Result<(), HomeError> {
        let path = &step.path;
        let Some((root, dir)) = find(step, path)? else {
            return Ok(());
        };
        if !self.is_inside_link(&dir, path) {
            return Ok(());
        }
        let slot = slot_in(&root, path)?;
        let place = root.at(path);
        let taken = discard_link(self.home, &slot, &dir, path.name());
        match taken.at_path("remove the link", &place)? {
            Taken::Held => self.keep_in_root(&root, path, &slot)?,
            Taken::Discarded | Taken::Gone | Taken::PutBack => {}
        }
        dir.sync().at_path("bring to the disk", place)
    }

    /// Removes a directory in a root that nhmt made and needs no more, when it
    /// is empty.
    fn leave_inside(&mut self, step: &InsideStep) -> Result<(), HomeError> {
        let path = &step.path;
        let Some((root, dir)) = find(step, path)? else {
            return Ok(());
        };
        match dir.remove_dir(path.name()) {
            Ok(()) => dir.sync().at_path("bring to the disk", root.at(path))?,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY) => return Ok(()),
            Err(errno) => return Err(errno).at_path("remove the directory", root.at(path)),
        }
        self.made.forget(path);
        Ok(())
    }

    fn put_inside(&mut self, step: &InsideStep) -> Result<(), HomeError> {
        let path = &step.path;
        let Some(root) = Root::find(&step.route.root)? else {
            return Err(Errno::NOENT).at_path("open the persistent directory", &step.route.root);
        };
        let place = root.at(path);
        let dir = self.inside_directory(step, &root)?;
        for _ in 0..TRIES {
            match dir.symlink(&self.target_in_root(step)[..], path.name()) {
                Ok(()) => return dir.sync().at_path("bring to the disk", place),
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno).at_path("make the link", place),
            }
            let there = dir.read_link(path.name());
            let in_place = there.is_ok_and(|there| there.as_bytes() == self.target_in_root(step));
            if step.what != What::Renew && in_place {
                return Ok(());
            }
            if self.exchange_inside(step, &root, &dir)? {
                return dir.sync().at_path("bring to the disk", place);
            }
        }
        // To the next run it is in the way, or drift.
        self.meddled.push(format!(
            "~/{path} was not put in place: another program writes to {}; the next run tries again",
            place.display()
        ));
        Ok(())
    }

    /// Exchanges what is there for the link: a link of nhmt's goes, and what
    /// may go besides goes to the backups of the root. `false`: it was
    /// something else, which has its name back.
    fn exchange_inside(
        &mut self,
        step: &InsideStep,
        root: &Root,
        dir: &Dir,
    ) -> Result<bool, HomeError> {
        let path = &step.path;
        let place = root.at(path);
        let slot = slot_in(root, path)?;
        slot.dir
            .symlink(&self.target_in_root(step)[..], &slot.name)
            .at_path("make the link", &place)?;
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            // What came out is in the slot; its name was taken by another.
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                slot.dir.unlink(&aside).at_path("clean up", &place)?;
                return self.drop_inside(path, root, &slot).map(|()| false);
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at_path("clean up", &place)?;
                return match errno {
                    Errno::NOENT => Ok(false),
                    errno => Err(errno).at_path("put the link at", place),
                };
            }
        }
        if is_own_link(self.home, &slot.dir, &slot.name).at_path("look at", &place)? {
            slot.dir.unlink(&slot.name).at_path("clean up", place)?;
            return Ok(true);
        }
        let came = slot.dir.stat(&slot.name).at_path("look at", &place)?;
        let may_go = match &step.what {
            What::Put(InPlaceOf::Anything | InPlaceOf::Obstacle(_)) => true,
            What::Put(InPlaceOf::Exactly(identity)) => Identity::of(&came) == *identity,
            What::Put(InPlaceOf::Own) | What::Renew | What::Remove => false,
        };
        if may_go {
            self.keep_in_root(root, path, &slot).map(|()| true)
        } else {
            self.return_inside(path, root, dir, &slot).map(|()| false)
        }
    }

    /// Gives what came out its name back, where a link of nhmt's is now.
    fn return_inside(
        &mut self,
        path: &HomePath,
        root: &Root,
        dir: &Dir,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce | Exchange::InSteps) => self.drop_inside(path, root, slot),
            Ok(Exchange::Overtaken(aside)) => {
                self.keep_in_root(root, path, &slot.beside(aside))?;
                self.drop_inside(path, root, slot)
            }
            Err(Errno::NOENT) => match slot.dir.move_in(&slot.name, dir, path.name()) {
                Ok(()) => Ok(()),
                Err(_) => self.keep_in_root(root, path, slot),
            },
            Err(errno) => Err(errno).at_path("put back", root.at(path)),
        }
    }

    /// What is in the slot goes when it is nhmt's, else to the backups.
    fn drop_inside(&mut self, path: &HomePath, root: &Root, slot: &Slot) -> Result<(), HomeError> {
        if is_own_link(self.home, &slot.dir, &slot.name).at_path("look at", root.at(path))? {
            slot.dir
                .unlink(&slot.name)
                .at_path("clean up", root.at(path))
        } else {
            self.keep_in_root(root, path, slot)
        }
    }

    /// The directory for a link, with those made that are missing between it
    /// and the persisted one.
    fn inside_directory(&mut self, step: &InsideStep, root: &Root) -> Result<Dir, HomeError> {
        let (path, above) = (&step.path, &step.above);
        let place = |path: &HomePath| root.at(path);
        let parent = root.parent(above)?;
        let base = parent
            .ok_or(Errno::NOENT)
            .and_then(|dir| dir.open(above.name()));
        let mut dir = base.at_path("open", place(above))?;
        let owner = Owner::of(self.home)?;
        for next in path.ancestors().filter(|next| next.is_below(above)) {
            let opened = match dir.open(next.name()) {
                Err(Errno::NOTDIR | Errno::LOOP) => {
                    self.clear_inside_obstacle(step, root, &dir, &next)?;
                    dir.open(next.name())
                }
                opened => opened,
            };
            dir = match opened {
                Err(Errno::NOENT) => {
                    let made = make_one(&dir, next.name(), step.route.mode_above(&next), owner);
                    self.made.add(next.clone());
                    made.at_path("make the directory", place(&next))?
                }
                opened => opened.at_path("open", place(&next))?,
            };
        }
        Ok(dir)
    }

    /// Moves what stands where a directory is needed to the backups of the
    /// root, when that was agreed to; a link of nhmt's goes.
    fn clear_inside_obstacle(
        &mut self,
        step: &InsideStep,
        root: &Root,
        dir: &Dir,
        at: &HomePath,
    ) -> Result<(), HomeError> {
        let own = is_own_link(self.home, dir, at.name()) == Ok(true);
        if !own && step.what != What::Put(InPlaceOf::Obstacle(at.clone())) {
            return Ok(());
        }
        let slot = slot_in(root, at)?;
        match dir.move_out(at.name(), &slot.dir, &slot.name) {
            Err(Errno::NOENT) => Ok(()),
            moved => {
                moved.at_path("move away", root.at(at))?;
                self.drop_inside(at, root, &slot)
            }
        }
    }

    /// Where the link of a step leads.
    fn target_in_root(&self, step: &InsideStep) -> Vec<u8> {
        if step.of_home {
            let mut target = Vec::new();
            return self.home.target_into(&step.path, &mut target).to_vec();
        }
        self.home.inside_target(&step.path)
    }

    fn is_inside_link(&self, dir: &Dir, path: &HomePath) -> bool {
        let target = dir.read_link(path.name());
        target.is_ok_and(|target| {
            self.home
                .is_inside_target_of(target.as_encoded_bytes(), path)
        })
    }
}

/// The root of a step, and the directory of `path` in it, when they are there.
fn find(step: &InsideStep, path: &HomePath) -> Result<Option<(Root, Dir)>, HomeError> {
    let Some(root) = Root::find(&step.route.root)? else {
        return Ok(None);
    };
    match root.parent(path) {
        Ok(Some(dir)) => Ok(Some((root, dir))),
        // Replaced by something that is not a directory, or gone.
        Ok(None) | Err(_) => Ok(None),
    }
}

/// A free name in the private folder of the root.
fn slot_in(root: &Root, path: &HomePath) -> Result<Slot, HomeError> {
    let work = Rc::new(root.work()?);
    let slot = Slot::new(&work, tag(path));
    // What a run that was cut off left there is swept first.
    match slot.dir.stat(&slot.name) {
        Err(Errno::NOENT) => Ok(slot),
        _ => Err(Errno::EXIST).at_path("write beside", root.at(path)),
    }
}
