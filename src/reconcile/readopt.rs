//! A program saved a persisted file by renaming a new one over its link: the
//! new content is the newer truth, and moves to the root.

use std::rc::Rc;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::clear_roots::{keep_in_root, name_of_newer, sweep_root};
use super::error::ReconcileError;
use super::plan::RouteStep;
use super::run::Run;
use super::work::Slot;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeError, copy};
use crate::manifest::HomePath;
use crate::state::{self, Root};

/// So often a file is taken anew because the program saved it once more.
const TRIES: usize = 5;

/// How one try went.
enum Tried {
    Done,
    /// The program saved it again.
    Again,
}

impl Run<'_> {
    /// Brings the file at a path to the root and puts the link with `target`
    /// in its place.
    ///
    /// First the root gets the file itself, as a further name or as a copy,
    /// by an exchange; what comes out goes to the root's backups. Until the
    /// name in the home is exchanged for the link, a lookup there yields the
    /// file, and after it the same file by way of the link. What comes out of
    /// the home must be the very file that the root has; if it is not, the
    /// program was faster, gets its name back, and all begins anew.
    pub(super) fn readopt(
        &mut self,
        step: &RouteStep,
        target: &[u8],
    ) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let root = self.root(&route.root)?;
        for _ in 0..TRIES {
            if let Tried::Done = self.try_readopt(path, &root, target)? {
                self.adopted.push(path.clone());
                return Ok(());
            }
        }
        Err(ReconcileError::InMotion(path.clone()))
    }

    fn try_readopt(
        &mut self,
        path: &HomePath,
        root: &Root,
        target: &[u8],
    ) -> Result<Tried, ReconcileError> {
        let changed = || ReconcileError::Changed(path.clone());
        let place = root.at(path);
        let dir = self.parent(path)?;
        let parent = root.parent(path)?.ok_or_else(changed)?;
        let Some(newer) = identity(&dir, path).at("look at", path)? else {
            return Err(changed());
        };
        if newer.kind != FileType::RegularFile {
            return Err(changed());
        }
        let older = identity(&parent, path).at_path("look at", &place)?;
        // A run that was cut off may have come so far.
        let same = |older: Identity| (older.device, older.inode) == (newer.device, newer.inode);
        let equal = || copy::is_equal(&dir, path.name(), &parent, path.name()).unwrap_or(false);
        let there = older.is_some_and(|older| same(older) || equal());
        if !there {
            let Some(slot) = bring(path, root, &dir, newer)? else {
                return Ok(Tried::Again);
            };
            self.put_in_root(path, root, &parent, &slot, older)?;
        }
        self.put_link(path, &dir, &parent, newer, target)
    }

    /// Gives the file in the slot its name in the root.
    fn put_in_root(
        &mut self,
        path: &HomePath,
        root: &Root,
        parent: &Dir,
        slot: &Slot,
        older: Option<Identity>,
    ) -> Result<(), ReconcileError> {
        let changed = || ReconcileError::Changed(path.clone());
        let place = root.at(path);
        let exchanged = match older {
            None => {
                let moved = slot.dir.move_in(&slot.name, parent, path.name());
                moved.map(|()| Exchange::AtOnce)
            }
            Some(_) => parent.exchange(path.name(), &slot.dir, &slot.name),
        };
        match exchanged {
            Ok(Exchange::AtOnce | Exchange::InSteps) => {
                parent.sync().at_path("bring to the disk", &place)?;
                if older.is_some() {
                    self.keep_in_root(root, path, slot)?;
                }
                Ok(())
            }
            Ok(Exchange::Overtaken(aside)) => {
                // The file has another name still, or is a copy.
                slot.dir.unlink(&aside).at_path("clean up", &place)?;
                self.keep_in_root(root, path, slot)?;
                Err(changed())
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at_path("clean up", &place)?;
                match errno {
                    Errno::EXIST | Errno::NOENT => Err(changed()),
                    errno => Err(errno).at_path("put in place", place)?,
                }
            }
        }
    }

    /// Exchanges the file in the home for the link.
    fn put_link(
        &mut self,
        path: &HomePath,
        dir: &Dir,
        parent: &Dir,
        newer: Identity,
        target: &[u8],
    ) -> Result<Tried, ReconcileError> {
        let slot = self.work.slot(dir).at("write beside", path)?;
        let linked = slot.dir.symlink(target, &slot.name);
        linked.at("make the link", path)?;
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                slot.dir.unlink(&aside).at("clean up for", path)?;
                self.keep_held(path, &slot)?;
                return Ok(Tried::Again);
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at("clean up for", path)?;
                return match errno {
                    Errno::NOENT => Err(ReconcileError::Changed(path.clone())),
                    errno => Err(errno).at("put the link at", path)?,
                };
            }
        }
        let came = slot.dir.stat(&slot.name).at("look at what was at", path)?;
        let came = Identity::of(&came);
        let kept = identity(parent, path).at("look at the persistent file of", path)?;
        let is_name = kept.is_some_and(|kept| {
            (kept.device, kept.inode) == (came.device, came.inode) && came.inode == newer.inode
        });
        // A further name of what the root has, or equal to it and nobody's to
        // write to.
        let spare = is_name
            || (came == newer
                && slot.dir.is_at_rest(&slot.name).unwrap_or(false)
                && copy::is_equal(&slot.dir, &slot.name, parent, path.name()).unwrap_or(false));
        if spare {
            slot.dir.unlink(&slot.name).at("clean up for", path)?;
            dir.sync().at("bring to the disk", path)?;
            return Ok(Tried::Done);
        }
        self.give_back(dir, path, &slot)?;
        Ok(Tried::Again)
    }

    /// Moves what is in the slot to the backups of the root.
    pub(super) fn keep_in_root(
        &mut self,
        root: &Root,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        let kept = keep_in_root(root, path, slot, self.generation)?;
        self.kept_in_roots.push(kept);
        Ok(())
    }

    /// Clears the private folder of a root of what killed runs left there.
    pub(super) fn sweep_root(&mut self, root: &Root) -> Result<(), HomeError> {
        let kept = sweep_root(self.home, root, self.generation)?;
        self.kept_in_roots.extend(kept);
        Ok(())
    }
}

/// What is at `path`, whose directory is `dir`; `None` when there is nothing.
pub(super) fn identity(dir: &Dir, path: &HomePath) -> rustix::io::Result<Option<Identity>> {
    match dir.stat(path.name()) {
        Ok(stat) => Ok(Some(Identity::of(&stat))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// The file of the home in the root's private folder; `None` when it
/// changed meanwhile.
fn bring(
    path: &HomePath,
    root: &Root,
    dir: &Dir,
    newer: Identity,
) -> Result<Option<Slot>, HomeError> {
    let work = Rc::new(root.work()?);
    let place = root.at(path);
    let slot = Slot::new(
        &work,
        state::free(&work, &name_of_newer(path)).at_path("write beside", &place)?,
    );
    let again = [Errno::NOENT, Errno::NOTDIR, Errno::LOOP];
    let brought = match dir.hard_link(path.name(), &slot.dir, &slot.name) {
        Err(errno) if again.contains(&errno) => return Ok(None),
        Err(_) => copy::copy(dir, path.name(), &slot.dir, &slot.name).and_then(|()| {
            Ok(identity(dir, path)? == Some(newer)
                && copy::is_equal(dir, path.name(), &slot.dir, &slot.name)?)
        }),
        Ok(()) => {
            let file = slot.dir.open_file(&slot.name, false);
            let synced = file.and_then(rustix::fs::fsync);
            // One that may not be read is on the disk with the rest.
            if let Err(errno) = synced
                && errno != Errno::ACCESS
            {
                return Err(errno).at_path("bring to the disk", place);
            }
            let linked = Identity::of(&slot.dir.stat(&slot.name).at_path("look at", &place)?);
            Ok(linked.inode == newer.inode)
        }
    };
    match brought {
        Ok(true) => Ok(Some(slot)),
        // Another name of what the home has, or a copy that is none.
        brought => {
            slot.dir.unlink(&slot.name).at_path("clean up", &place)?;
            match brought {
                Err(errno) if !again.contains(&errno) => {
                    Err(errno).at_path("copy to the persistent directory", place)
                }
                _ => Ok(None),
            }
        }
    }
}
