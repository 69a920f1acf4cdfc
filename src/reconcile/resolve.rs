//! What commands do with one persisted path, without a switch.

use std::rc::Rc;

use rustix::io::Errno;

use super::clear_roots::name_of_newer;
use super::error::ReconcileError;
use super::plan::RouteStep;
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::{AtPlace, Exchange, HomeError};
use crate::manifest::Index;
use crate::state::{self, Owner, direct, is_direct_to};

impl Run<'_> {
    /// The target of the link for a route: through the anchor where `index`,
    /// of the tree in force, leads to the same place.
    pub(super) fn link_of(&self, step: &RouteStep, index: Option<&Index>) -> Vec<u8> {
        let place = step.route.place(&step.path);
        let entry = index.and_then(|index| index.get(&step.path)?.route.as_deref());
        if entry.is_some_and(|route| route.place(&step.path) == place) {
            let mut target = Vec::new();
            return self.home.target_into(&step.path, &mut target).to_vec();
        }
        direct(&place)
    }

    /// Turns a direct link into the one through the anchor, when the tree in
    /// force has the route.
    pub(super) fn arrive(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let path = &step.path;
        let tree = self.home.current_tree()?;
        let index = tree.and_then(|tree| Index::read(&tree).ok());
        let target = self.link_of(step, index.as_ref());
        if is_direct_to(&target, &step.route.place(path)) {
            return Ok(());
        }
        let Some(dir) = self.find_parent(path)? else {
            return Ok(());
        };
        let folder = self.work.folder(&dir).at("write beside", path)?;
        let slot = Slot::new(&folder, tag(path));
        let made = slot.dir.symlink(&target[..], &slot.name);
        made.at("make the link", path)?;
        Ok(self.renew(&dir, path, &slot)?)
    }

    /// Makes the directories above a path in its root.
    pub(super) fn prepare_place(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let owner = Owner::of(self.home)?;
        let root = self.root(&step.route.root)?;
        root.make_parent(&step.path, &step.route, owner)?;
        Ok(())
    }

    /// Moves what the root has at a path to the backups of the root.
    pub(super) fn put_persistent_aside(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let root = self.root(&route.root)?;
        let Some(parent) = root.parent(path)? else {
            return Ok(());
        };
        let work = Rc::new(root.work()?);
        // Who finds it there knows of which path it is.
        let free = state::free(&work, &name_of_newer(path));
        let slot = Slot::new(&work, free.at_path("write beside", root.at(path))?);
        let moved = parent.move_out(path.name(), &slot.dir, &slot.name);
        moved.at_path("move away", root.at(path))?;
        self.keep_in_root(&root, path, &slot)?;
        Ok(())
    }

    /// Puts the direct link in the place of what the home has at a path, which
    /// goes to the backups.
    pub(super) fn put_home_aside(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let dir = self.parent(path)?;
        let slot = self
            .work
            .slot_for_source(&dir, path)
            .at("write beside", path)?;
        let linked = slot
            .dir
            .symlink(&direct(&route.place(path))[..], &slot.name);
        linked.at("make the link", path)?;
        match dir.exchange(path.name(), &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce) => {}
            Ok(Exchange::InSteps) => self.note_steps(path),
            Ok(Exchange::Overtaken(aside)) => {
                slot.dir.unlink(&aside).at("clean up for", path)?;
                self.keep_held(path, &slot)?;
                return Err(ReconcileError::Changed(path.clone()));
            }
            Err(errno) => {
                slot.dir.unlink(&slot.name).at("clean up for", path)?;
                return Err(match errno {
                    Errno::NOENT => ReconcileError::Changed(path.clone()),
                    Errno::BUSY => ReconcileError::MountPoint(path.clone()),
                    errno => HomeError::new("move away", format_args!("~/{path}"), errno).into(),
                });
            }
        }
        dir.sync().at("bring to the disk", path)?;
        Ok(self.keep_held(path, &slot)?)
    }

    /// Makes the direct link where nothing is.
    pub(super) fn link_directly(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let dir = self.parent(path)?;
        match dir.symlink(&direct(&route.place(path))[..], path.name()) {
            Err(Errno::EXIST) => Err(ReconcileError::Changed(path.clone())),
            made => Ok(made.and_then(|()| dir.sync()).at("make the link", path)?),
        }
    }
}
