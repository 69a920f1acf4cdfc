//! One run on its way: what it holds and how it puts things in place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;

use super::adopt_copy::Copied;
use super::aside::{discard_tree, is_own_link};
use super::directories::Directories;
use super::error::ReconcileError;
use super::files::Written;
use super::journal::{Journal, Move, Place};
use super::keep::Keeper;
use super::observe::foreign_inside;
use super::plan::{Fresh, InsteadOf, Placement, Plan};
use super::stage::stage;
use super::sync::Touched;
use super::work::{STAGED, Slot, Work};
use crate::home::copy;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeDir, HomeError, HomeLock, Parent};
use crate::manifest::HomePath;
use crate::state::RootLock;

/// What a run holds.
pub(super) struct Run<'a> {
    pub(super) home: &'a HomeDir,
    pub(super) state: Dir,
    pub(super) work: Work,
    pub(super) keeper: Keeper,
    pub(super) touched: Touched,
    pub(super) made: Directories,
    /// What other programs kept this run from after the pivot.
    pub(super) meddled: Vec<String>,
    /// The backups that were made: set and path.
    pub(super) kept: Vec<(String, HomePath)>,
    /// The roots that other runs are kept out of.
    pub(super) locked_roots: BTreeMap<PathBuf, RootLock>,
    /// The new generation is in force.
    pub(super) pivoted: bool,
    pub(super) synced: Duration,
    /// The paths that were brought to a root.
    pub(super) adopted: Vec<HomePath>,
    /// What of it was copied, and is still to be looked at.
    pub(super) copied: Vec<Copied>,
    /// What was put into the backups of roots.
    pub(super) kept_in_roots: Vec<PathBuf>,
    pub(super) generation: u64,
    /// Backups that were not made in the end, since nhmt's own was moved away.
    pub(super) unkept: Vec<(String, HomePath)>,
    /// What nhmt left in files that are no links, when it was asked for.
    pub(super) left: Option<Written>,
    /// The roots that were cleared of what killed runs left.
    pub(super) swept: BTreeSet<PathBuf>,
    /// What a person should know, one sentence each.
    pub(super) notes: Vec<String>,
    /// The first path whose filesystem needed two steps for an exchange.
    pub(super) in_steps: Option<HomePath>,
}

impl<'a> Run<'a> {
    pub(super) fn new(lock: &'a HomeLock, generation: u64) -> Result<Self, HomeError> {
        let state = lock.make_state()?;
        let work = Work::new(&state).at_path("write to", lock.layout().state())?;
        Self::with(lock, state, work, generation)
    }

    /// The run of `journal` again.
    pub(super) fn resume(lock: &'a HomeLock, journal: &Journal) -> Result<Self, HomeError> {
        let state = lock.make_state()?;
        let work = Work::resume(&state, &journal.work);
        let work = work.at_path("write to", lock.layout().state())?;
        let mut run = Self::with(lock, state, work, journal.generation)?;
        run.keeper.claim(journal.places());
        Ok(run)
    }

    fn with(
        lock: &'a HomeLock,
        state: Dir,
        work: Work,
        generation: u64,
    ) -> Result<Self, HomeError> {
        let home: &HomeDir = lock;
        HomeLock::announce(&state);
        let place = home.layout().state();
        Ok(Self {
            home,
            work,
            keeper: Keeper::new(&state, generation).at_path("write to", &place)?,
            state,
            touched: Touched::default(),
            made: Directories::read(home)?,
            meddled: Vec::new(),
            kept: Vec::new(),
            locked_roots: BTreeMap::new(),
            pivoted: false,
            synced: Duration::ZERO,
            adopted: Vec::new(),
            copied: Vec::new(),
            kept_in_roots: Vec::new(),
            generation,
            unkept: Vec::new(),
            left: None,
            swept: BTreeSet::new(),
            notes: Vec::new(),
            in_steps: None,
        })
    }

    /// Everything that comes before the pivot.
    pub(super) fn prepare(&mut self, plan: &Plan, journal: &Journal) -> Result<(), ReconcileError> {
        if plan.before.is_empty() && plan.links.is_empty() {
            return Ok(());
        }
        self.cross(journal)?;
        for (placement, one) in plan.before.iter().zip(&journal.moves) {
            self.place(placement, one)?;
        }
        self.link(&plan.links)?;
        if !journal.directories.is_empty() {
            self.made.write(self.home, &self.state)?;
        }
        let state = self.state.again();
        self.synced += state
            .and_then(|state| self.touched.add(Some(state)))
            .and_then(|()| self.keeper.sync())
            .and_then(|()| self.touched.sync())
            .at_path("bring to the disk", self.home.layout().home())?;
        Ok(())
    }

    /// New links in directories that exist.
    fn link(&mut self, links: &[HomePath]) -> Result<(), ReconcileError> {
        let mut walker = self.home.walker();
        let mut target = Vec::new();
        let mut last: Option<Option<HomePath>> = None;
        for path in links {
            let Parent::Open(dir) = walker.parent_of(path)? else {
                return Err(ReconcileError::Changed(path.clone()));
            };
            match dir.symlink(self.home.target_into(path, &mut target), path.name()) {
                Ok(()) => {}
                Err(Errno::EXIST | Errno::NOENT) => {
                    return Err(ReconcileError::Changed(path.clone()));
                }
                Err(errno) => return Err(errno).at("make the link", path)?,
            }
            if last.as_ref().is_none_or(|last| !is_in(path, last.as_ref())) {
                last = Some(path.parent());
                let dir = dir.again();
                dir.and_then(|dir| self.touched.add(Some(dir)))
                    .at("open the directory of", path)?;
            }
        }
        Ok(())
    }

    /// Puts one thing in place, by way of the slot that was chosen for it.
    pub(super) fn place(
        &mut self,
        placement: &Placement,
        one: &Move,
    ) -> Result<(), ReconcileError> {
        let path = &placement.path;
        let dir = self.parent(path)?;
        let again = dir.again().at("open the directory of", path)?;
        self.touched
            .add(Some(again))
            .at("look at the directory of", path)?;
        let slot = self.open_slot(one, &dir)?;
        self.stage(placement, &slot)?;
        // After the pivot its content is what lookups yield, and a filesystem
        // may bring a name to the disk before what is below it (btrfs does).
        if self.pivoted && matches!(placement.fresh, Fresh::Directory(_)) {
            self.bring_to_disk()?;
        }
        let moved = match placement.instead_of {
            InsteadOf::Nothing => slot
                .dir
                .move_in(&slot.name, &dir, path.name())
                .map(|()| Exchange::AtOnce),
            _ => one.exchange((&dir, path.name()), &slot),
        };
        let errno = match moved {
            Ok(Exchange::AtOnce) => return self.inspect(placement, one, &slot),
            Ok(Exchange::InSteps) => {
                self.note_steps(path);
                return self.inspect(placement, one, &slot);
            }
            // Another program took the name between the two steps: what came
            // out is in the slot, and is dealt with when the run is taken back.
            Ok(Exchange::Overtaken(aside)) => {
                self.note_steps(path);
                self.discard(&slot.beside(aside));
                return Err(ReconcileError::Changed(path.clone()));
            }
            Err(errno) => errno,
        };
        self.discard(&slot);
        Err(match errno {
            Errno::EXIST | Errno::NOENT => ReconcileError::Changed(path.clone()),
            Errno::BUSY => ReconcileError::MountPoint(path.clone()),
            // The slot is on the same mount.
            Errno::XDEV => ReconcileError::CannotMove(path.clone()),
            errno => HomeError::new("put in place", format_args!("~/{path}"), errno).into(),
        })
    }

    /// Remembers that there was a moment without `path`.
    pub(super) fn note_steps(&mut self, path: &HomePath) {
        self.in_steps.get_or_insert_with(|| path.clone());
    }

    /// The directory that holds `path` now.
    pub(super) fn parent(&self, path: &HomePath) -> Result<Dir, ReconcileError> {
        self.find_parent(path)?
            .ok_or_else(|| ReconcileError::Changed(path.clone()))
    }

    /// The directory that holds `path`, if it is a directory still.
    pub(super) fn find_parent(&self, path: &HomePath) -> Result<Option<Dir>, HomeError> {
        match self.home.walker().parent_of(path)? {
            Parent::Open(dir) => dir.again().at("open the directory of", path).map(Some),
            Parent::Blocked { .. } => Ok(None),
        }
    }

    /// The slot of a move, with the directories that lead to it; `dir` holds
    /// its path.
    fn open_slot(&mut self, one: &Move, dir: &Dir) -> Result<Slot, HomeError> {
        let path = &one.path.0;
        match &one.slot {
            Place::Backup(set) => {
                let slot = self.keeper.open(set, path);
                let slot = slot.at("make room to back up", path)?;
                let backups = slot.dir.again();
                backups
                    .and_then(|dir| self.touched.add(Some(dir)))
                    .at("make room to back up", path)?;
                Ok(slot)
            }
            Place::Work(name) => {
                let folder = self.work.in_state().at("write beside", path)?;
                Ok(Slot::new(&folder, name))
            }
            Place::Beside(name) => {
                let folder = self.work.beside(dir).at("write beside", path)?;
                Ok(Slot::new(&folder, name))
            }
        }
    }

    /// Makes the fresh thing at `slot`. A directory appears there only when it
    /// is whole.
    fn stage(&mut self, placement: &Placement, slot: &Slot) -> Result<(), HomeError> {
        let path = &placement.path;
        let Fresh::Directory(leaves) = &placement.fresh else {
            let mut target = Vec::new();
            let target = self.home.target_into(path, &mut target);
            return slot
                .dir
                .symlink(target, &slot.name)
                .at("make the link", path);
        };
        let mut name = slot.name.clone();
        name.push(STAGED);
        let at = Slot::new(&slot.dir, name);
        let mut made = Vec::new();
        let staged = stage(self.home, &at, path, leaves, &mut self.touched, &mut made);
        let staged = staged.and_then(|()| {
            at.dir
                .move_in(&at.name, &slot.dir, &slot.name)
                .at("prepare", path)
        });
        if staged.is_err() {
            self.discard(&at);
        }
        for dir in made {
            self.made.add(dir);
        }
        staged
    }

    /// Looks at what came out, after the fresh thing went in.
    fn inspect(
        &mut self,
        placement: &Placement,
        one: &Move,
        slot: &Slot,
    ) -> Result<(), ReconcileError> {
        let path = &placement.path;
        let changed = || Err(ReconcileError::Changed(path.clone()));
        match &placement.instead_of {
            InsteadOf::Nothing => {}
            InsteadOf::OwnLink | InsteadOf::Renamed(_) => {
                let own = is_own_link(self.home, &slot.dir, &slot.name);
                if !own.at("look at what was at", path)? {
                    return changed();
                }
            }
            InsteadOf::OwnDirectory => {
                let Ok(inside) = slot.dir.open(&slot.name) else {
                    return changed();
                };
                if foreign_inside(self.home, &self.made, &inside, path)?.is_some() {
                    return changed();
                }
            }
            InsteadOf::Foreign { identity, exactly } => {
                let stat = slot.dir.stat(&slot.name).at("look at what was at", path)?;
                let now = Identity::of(&stat);
                // A program that saves again and again is no reason to stop,
                // when moving away what it saves was agreed to.
                if now != *identity && (*exactly || now.kind != identity.kind) {
                    return changed();
                }
                if let Some(set) = &one.backup {
                    self.copy_out(path, set, slot)?;
                }
            }
        }
        Ok(())
    }

    /// Copies what came out to the backups, which are on another mount.
    fn copy_out(&mut self, path: &HomePath, set: &str, slot: &Slot) -> Result<(), HomeError> {
        let backup = self.keeper.open(set, path);
        let backup = backup.at("make room to back up", path)?;
        copy::copy(&slot.dir, &slot.name, &backup.dir, &backup.name)
            .and_then(|()| backup.dir.sync())
            .at("back up", path)
    }

    /// Removes something that this run staged.
    pub(super) fn discard(&mut self, slot: &Slot) {
        let dir = Rc::clone(&slot.dir);
        // What cannot be removed stays in the private folder.
        let _ = discard_tree(self.home, &mut self.work, &dir, &slot.name);
    }
}

/// Whether the directory of `path` is `dir` (`None`: the home).
fn is_in(path: &HomePath, dir: Option<&HomePath>) -> bool {
    let directory = path.as_bytes().len() - path.name().len();
    match dir {
        None => directory == 0,
        Some(dir) => path.is_below(dir) && directory == dir.as_bytes().len() + 1,
    }
}
