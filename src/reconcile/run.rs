//! One run on its way: what it holds and how it puts things in place.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;

use super::aside::is_own_link;
use super::copy;
use super::directories::Directories;
use super::error::ReconcileError;
use super::keep::Keeper;
use super::observe::foreign_inside;
use super::plan::{Fresh, InsteadOf, Placement, Plan};
use super::stage::stage;
use super::sync::Touched;
use super::work::{Slot, Work};
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeDir, HomeError, HomeLock, Parent};
use crate::manifest::HomePath;

/// What a run did that has to be undone when it fails before the pivot.
#[derive(Debug)]
pub(super) enum Did {
    /// A fresh thing is at the path; what was there is in the slot.
    Exchanged(HomePath, Slot),
    /// A fresh directory is at the path, where nothing was.
    Placed(HomePath),
    /// A backup was made in another place than the slot, by copying.
    Copied(Slot),
}

/// A thing that came out of the home, and what to do with it in the end.
#[derive(Debug)]
pub(super) enum Out {
    /// Ours: it is discarded.
    Own(HomePath, Slot),
    /// A backup, in its place.
    Backup(HomePath, String, Slot),
    /// The original of a backup that was copied to another mount.
    Original(HomePath, Slot, Slot),
}

/// What a run holds.
pub(super) struct Run<'a> {
    pub(super) home: &'a HomeDir,
    pub(super) state: Dir,
    pub(super) work: Work,
    pub(super) keeper: Keeper,
    pub(super) touched: Touched,
    pub(super) made: Directories,
    pub(super) did: Vec<Did>,
    /// So many of the plan's links are made.
    pub(super) linked: usize,
    pub(super) reserved: Vec<(String, HomePath)>,
    pub(super) out: Vec<Out>,
    /// The backups that were made: set and path.
    pub(super) kept: Vec<(String, HomePath)>,
    pub(super) synced: Duration,
    /// The first path whose filesystem needed two steps for an exchange.
    pub(super) in_steps: Option<HomePath>,
}

impl<'a> Run<'a> {
    pub(super) fn new(lock: &'a HomeLock, generation: u64) -> Result<Self, HomeError> {
        let home: &HomeDir = lock;
        let state = home.make_state()?;
        HomeLock::announce(&state);
        let place = home.layout().state();
        Ok(Self {
            home,
            work: Work::new(&state).at_path("write to", &place)?,
            keeper: Keeper::new(&state, generation).at_path("write to", &place)?,
            state,
            touched: Touched::default(),
            made: Directories::read(home)?,
            did: Vec::new(),
            linked: 0,
            reserved: Vec::new(),
            out: Vec::new(),
            kept: Vec::new(),
            synced: Duration::ZERO,
            in_steps: None,
        })
    }

    /// Everything that comes before the pivot; `made` are the directories that
    /// were remembered so far.
    pub(super) fn prepare(
        &mut self,
        plan: &Plan,
        made: &Directories,
    ) -> Result<(), ReconcileError> {
        for placement in &plan.before {
            self.place(placement)?;
        }
        self.link(&plan.links)?;
        if plan.before.is_empty() && plan.links.is_empty() {
            return Ok(());
        }
        if self.made != *made {
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
                Ok(()) => self.linked += 1,
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

    /// Puts one thing in place.
    pub(super) fn place(&mut self, placement: &Placement) -> Result<(), ReconcileError> {
        let path = &placement.path;
        let dir = self.parent(path)?;
        let again = dir.again().at("open the directory of", path)?;
        self.touched
            .add(Some(again))
            .at("look at the directory of", path)?;
        loop {
            let near = self.work.is_near(&dir).at("look at", path)?;
            let (set, slot) = match placement.instead_of {
                InsteadOf::Foreign { .. } if near => {
                    let (set, slot) = self.reserve(path)?;
                    let backups = slot.dir.again();
                    backups
                        .and_then(|dir| self.touched.add(Some(dir)))
                        .at("make room to back up", path)?;
                    (Some(set), slot)
                }
                _ => (None, self.work.slot(&dir).at("write beside", path)?),
            };
            self.stage(placement, &slot, set.is_some())?;
            let moved = match placement.instead_of {
                InsteadOf::Nothing => slot
                    .dir
                    .move_in(&slot.name, &dir, path.name())
                    .map(|()| Exchange::AtOnce),
                _ => dir.exchange(path.name(), &slot.dir, &slot.name),
            };
            match moved {
                Ok(Exchange::Overtaken(aside)) => {
                    self.note_steps(path);
                    self.discard(&slot.beside(aside));
                    return self.overtaken(placement, set.is_some(), &slot);
                }
                Ok(how) => {
                    if how == Exchange::InSteps {
                        self.note_steps(path);
                    }
                    return self.inspect(placement, set, slot);
                }
                Err(Errno::XDEV) => {
                    self.discard(&slot);
                    if !self.work.is_apart(&dir).at("look at", path)? {
                        return Err(Errno::XDEV).at("put in place", path)?;
                    }
                }
                Err(errno) => {
                    self.discard(&slot);
                    return Err(match errno {
                        Errno::EXIST | Errno::NOENT => ReconcileError::Changed(path.clone()),
                        errno => {
                            HomeError::new("put in place", format_args!("~/{path}"), errno).into()
                        }
                    });
                }
            }
        }
    }

    /// Remembers that there was a moment without `path`.
    pub(super) fn note_steps(&mut self, path: &HomePath) {
        self.in_steps.get_or_insert_with(|| path.clone());
    }

    /// Another program took the name between the two steps of an exchange: it
    /// stays there, and what came out is discarded if it is ours, else kept.
    fn overtaken(
        &mut self,
        placement: &Placement,
        is_backup: bool,
        slot: &Slot,
    ) -> Result<(), ReconcileError> {
        let path = &placement.path;
        let own = match &placement.instead_of {
            InsteadOf::OwnDirectory => match slot.dir.open(&slot.name) {
                Ok(inside) => foreign_inside(self.home, &self.made, &inside, path)?.is_none(),
                Err(_) => false,
            },
            _ => is_own_link(self.home, &slot.dir, &slot.name).at("look at what was at", path)?,
        };
        if own {
            self.discard(slot);
        } else if !is_backup {
            self.keep_held(path, slot)?;
        }
        Err(ReconcileError::Changed(path.clone()))
    }

    /// The directory that holds `path` now.
    pub(super) fn parent(&self, path: &HomePath) -> Result<Dir, ReconcileError> {
        match self.home.walker().parent_of(path)? {
            Parent::Open(dir) => Ok(dir.again().at("open the directory of", path)?),
            Parent::Blocked { .. } => Err(ReconcileError::Changed(path.clone())),
        }
    }

    pub(super) fn reserve(&mut self, path: &HomePath) -> Result<(String, Slot), HomeError> {
        let (set, slot) = self.keeper.reserve(path).at("make room to back up", path)?;
        self.reserved.push((set.clone(), path.clone()));
        Ok((set, slot))
    }

    /// Makes the fresh thing at `slot`. In a place for backups a directory
    /// appears only when it is whole.
    fn stage(
        &mut self,
        placement: &Placement,
        slot: &Slot,
        in_backups: bool,
    ) -> Result<(), HomeError> {
        let path = &placement.path;
        let Fresh::Directory(leaves) = &placement.fresh else {
            let mut target = Vec::new();
            let target = self.home.target_into(path, &mut target);
            return slot
                .dir
                .symlink(target, &slot.name)
                .at("make the link", path);
        };
        let at = if in_backups {
            self.work.slot_in_state()
        } else {
            slot.clone()
        };
        let mut made = Vec::new();
        let mut staged = stage(self.home, &at, path, leaves, &mut self.touched, &mut made);
        if in_backups && staged.is_ok() {
            staged = at
                .dir
                .move_in(&at.name, &slot.dir, &slot.name)
                .at("prepare", path);
        }
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
        set: Option<String>,
        slot: Slot,
    ) -> Result<(), ReconcileError> {
        let path = &placement.path;
        if placement.instead_of == InsteadOf::Nothing {
            self.did.push(Did::Placed(path.clone()));
            return Ok(());
        }
        self.did.push(Did::Exchanged(path.clone(), slot.clone()));
        let changed = || Err(ReconcileError::Changed(path.clone()));
        match &placement.instead_of {
            InsteadOf::Nothing => {}
            InsteadOf::OwnLink => {
                let own = is_own_link(self.home, &slot.dir, &slot.name);
                if !own.at("look at what was at", path)? {
                    return changed();
                }
                self.out.push(Out::Own(path.clone(), slot));
            }
            InsteadOf::OwnDirectory => {
                let Ok(inside) = slot.dir.open(&slot.name) else {
                    return changed();
                };
                if foreign_inside(self.home, &self.made, &inside, path)?.is_some() {
                    return changed();
                }
                self.out.push(Out::Own(path.clone(), slot));
            }
            InsteadOf::Foreign { identity, exactly } => {
                let stat = slot.dir.stat(&slot.name).at("look at what was at", path)?;
                let now = Identity::of(&stat);
                // A program that saves again and again is no reason to stop,
                // when moving away what it saves was agreed to.
                if now != *identity && (*exactly || now.kind != identity.kind) {
                    return changed();
                }
                self.keep(path, set, slot)?;
            }
        }
        Ok(())
    }

    /// Sees to it that what came out is in the backups.
    fn keep(
        &mut self,
        path: &HomePath,
        set: Option<String>,
        slot: Slot,
    ) -> Result<(), ReconcileError> {
        if let Some(set) = set {
            self.out.push(Out::Backup(path.clone(), set, slot));
            return Ok(());
        }
        let (set, backup) = self.reserve(path)?;
        self.did.push(Did::Copied(backup.clone()));
        copy::copy(&slot.dir, &slot.name, &backup.dir, &backup.name)
            .and_then(|()| backup.dir.sync())
            .at("back up", path)?;
        self.out
            .push(Out::Backup(path.clone(), set, backup.clone()));
        self.out.push(Out::Original(path.clone(), slot, backup));
        Ok(())
    }

    /// Removes something that this run staged.
    pub(super) fn discard(&mut self, slot: &Slot) {
        let dir = Rc::clone(&slot.dir);
        // What cannot be removed stays in the private folder.
        let _ = super::aside::discard_tree(self.home, &mut self.work, &dir, &slot.name);
    }

    /// Turns the anchor.
    pub(super) fn pivot(&self, tree: &Path) -> Result<(), HomeError> {
        super::pivot::pivot(self.home, &self.state, tree)
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
