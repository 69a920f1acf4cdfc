//! Persisted directories that are bind mounts, where nhmt may mount.
//!
//! A mount does not switch with the anchor, and a link cannot be exchanged for
//! one (`EBUSY`). So a mount is a step of its own on either side of the rest,
//! which knows links only: what the new generation has not goes first, and the
//! link of the old one takes its place; what it has is mounted last, over an
//! empty directory that took the place of its link.

use std::ffi::OsString;

use rustix::io::Errno;

use super::aside::is_link_of;
use super::error::ReconcileError;
use super::observed::Observed;
use super::plan::{Plan, RouteStep};
use super::run::Run;
use super::work::{STAGED, Slot, tag};
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeError};
use crate::manifest::{HomePath, Index, Route, RouteKind, RouteMethod};
use crate::state::Root;

/// Whether `route` is one that nhmt itself mounts. A file is none: what is
/// mounted cannot be replaced by a rename, as many programs save.
pub(super) fn is_mountable(route: &Route) -> bool {
    route.method == RouteMethod::Bind && route.kind == RouteKind::Directory
}

/// Whether the place of `route` is mounted at `path`, which is in `dir`.
pub(super) fn is_mounted(dir: &Dir, path: &HomePath, route: &Route) -> Result<bool, HomeError> {
    let found = match dir.mounted_at(path.name()) {
        Err(Errno::NOENT) => return Ok(false),
        found => found.at("look at", path)?,
    };
    let Some(found) = found else {
        return Ok(false);
    };
    Ok(place(path, route)?.is_some_and(|(_, place)| is_one(&place, &found)))
}

/// The directory that `route` leads to.
fn place(path: &HomePath, route: &Route) -> Result<Option<(Dir, Identity)>, HomeError> {
    let Some(root) = Root::find(&route.root)? else {
        return Ok(None);
    };
    let Some(parent) = root.parent(path)? else {
        return Ok(None);
    };
    let place = match parent.open(path.name()) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
        place => place.at_path("open", root.at(path))?,
    };
    let stat = place.stat_self().at_path("look at", root.at(path))?;
    Ok(Some((place, Identity::of(&stat))))
}

fn is_one(a: &Identity, b: &Identity) -> bool {
    (a.device, a.inode) == (b.device, b.inode)
}

/// What is to be mounted and what is to go.
pub(super) fn plan(old: &Index, new: &Index, observed: &Observed, plan: &mut Plan) {
    let step = |index: &Index, path: &HomePath| {
        let route = index.get(path).and_then(|entry| entry.route.as_deref())?;
        Some(RouteStep {
            path: path.clone(),
            route: route.clone(),
        })
    };
    let gone = observed
        .mounted
        .iter()
        .filter(|path| !stays(old, new, path));
    plan.routes.unmount = gone.filter_map(|path| step(old, path)).collect();
    if observed.means.is_none() {
        return;
    }
    let wanted = new.routes().filter_map(|entry| step(new, &entry.path));
    let wanted = wanted.filter(|step| {
        let goes = observed.mounted.contains(&step.path) && !stays(old, new, &step.path);
        is_to_come(observed, &step.path, &step.route) || goes && is_mountable(&step.route)
    });
    plan.routes.mount = wanted.collect();
    let mounts = &plan.routes.mount;
    plan.routes
        .unmounted
        .retain(|step| !mounts.iter().any(|mount| mount.path == step.path));
}

/// Whether nhmt may mount what `route` wants at `path`, where nothing is mounted.
pub(super) fn is_to_come(observed: &Observed, path: &HomePath, route: &Route) -> bool {
    let seen = observed.routes.get(path);
    observed.means.is_some()
        && is_mountable(route)
        && !observed.mounted.contains(path)
        && !seen.is_some_and(|seen| seen.mounted)
}

/// Whether the mount at `path` is one of the new generation, too.
pub(super) fn stays(old: &Index, new: &Index, path: &HomePath) -> bool {
    let route = |index: &Index| {
        let entry = index.get(path)?;
        entry.route.as_deref().cloned()
    };
    match (route(old), route(new)) {
        (Some(old), Some(new)) => is_mountable(&new) && old.root == new.root,
        _ => false,
    }
}

impl Run<'_> {
    /// Takes mounts away, and puts the links of the generation in force in
    /// their places: to the rest of the run it is as if they had always been
    /// there. Each is complete in itself; a run that fails mounts them again.
    pub(super) fn unmount(&mut self, steps: &[RouteStep]) -> Result<(), ReconcileError> {
        for step in steps {
            self.unmount_one(step)?;
        }
        if !steps.is_empty() {
            self.made.write(self.home, &self.state)?;
        }
        Ok(())
    }

    fn unmount_one(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let Some(dir) = self.find_parent(path)? else {
            return Ok(());
        };
        if !is_mounted(&dir, path, route)? {
            return Err(ReconcileError::Changed(path.clone()));
        }
        match dir.unmount(path.name()) {
            Err(Errno::BUSY) => {
                let place = self.home.layout().home().join(path.as_path());
                return Err(ReconcileError::MountBusy(path.clone(), place));
            }
            done => done.at("unmount", path)?,
        }
        let mut target = Vec::new();
        let target = self.home.target_into(path, &mut target);
        if self.link_instead(&dir, path, target)? {
            Ok(())
        } else {
            Err(ReconcileError::Changed(path.clone()))
        }
    }

    /// Puts a link in the place of the empty directory that a mount was over.
    /// `false`: there is something in it, and it is where it was.
    pub(super) fn link_instead(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        target: &[u8],
    ) -> Result<bool, HomeError> {
        let folder = self.work.folder(dir).at("write beside", path)?;
        let slot = Slot::new(&folder, staged(path));
        let linked = slot.dir.symlink(target, &slot.name);
        linked.at("make the link", path)?;
        if let Err(errno) = dir.exchange_at_once(path.name(), &slot.dir, &slot.name) {
            self.discard(&slot);
            return match errno {
                Errno::NOENT => Ok(false),
                errno => Err(errno).at("put in place", path),
            };
        }
        match slot.dir.remove_dir(&slot.name) {
            Ok(()) => {
                self.made.forget(path);
                dir.sync().at("bring to the disk", path)?;
                Ok(true)
            }
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {
                self.give_back(dir, path, &slot)?;
                Ok(false)
            }
            Err(errno) => Err(errno).at("remove the directory", path),
        }
    }

    /// Mounts what the new generation wants to be mounted. Where that cannot
    /// be, its link stays.
    pub(super) fn mount(&mut self, steps: &[RouteStep]) {
        for step in steps {
            if let Err(error) = self.mount_one(step) {
                self.notes.push(format!(
                    "~/{} is to be a bind mount, and could not be mounted: {error}; a link leads \
                     to {} instead",
                    step.path,
                    step.route.place(&step.path).display()
                ));
            }
        }
    }

    /// # Why nothing is lost
    ///
    /// The link is exchanged for an empty directory, which is mounted over at
    /// once, both by descriptors. A program that comes between the two makes
    /// its file in that directory, which is still open here, and from which it
    /// is brought out. A run that is cut off there leaves the directory, which
    /// the next one takes for what it is: nhmt's, when it is empty, and data in
    /// the home otherwise.
    fn mount_one(&mut self, step: &RouteStep) -> Result<(), HomeError> {
        let RouteStep { path, route } = step;
        let Some(dir) = self.find_parent(path)? else {
            return Ok(());
        };
        // Another program took the path, which the next run deals with.
        if !is_link_of(self.home, &dir, path.name(), path).at("look at", path)? {
            return Ok(());
        }
        let found = place(path, route)?.ok_or(Errno::NOENT);
        let (place, identity) = found.at_path("open", route.place(path))?;
        let means = self.home.dir().mount_means().ok_or(Errno::PERM);
        let means = means.at("mount at", path)?;
        let folder = self.work.folder(&dir).at("write beside", path)?;
        let slot = Slot::new(&folder, staged(path));
        self.made.add(path.clone());
        self.made.write(self.home, &self.state)?;
        let made = slot.dir.make(&slot.name, route.directory_mode(path));
        let covered = made.and_then(|()| slot.dir.open(&slot.name));
        let covered = covered.at("make the directory", path)?;
        if let Err(errno) = dir.exchange_at_once(path.name(), &slot.dir, &slot.name) {
            self.discard(&slot);
            return match errno {
                Errno::NOENT => Ok(()),
                errno => Err(errno).at("put in place", path),
            };
        }
        let came = is_link_of(self.home, &slot.dir, &slot.name, path);
        let mounted = match came {
            Ok(true) => place.mount_over(means, &covered),
            // Saved over the link meanwhile.
            Ok(false) => Err(Errno::AGAIN),
            Err(errno) => Err(errno),
        };
        if let Err(errno) = mounted {
            drop(covered);
            self.take_place_back(&dir, path, &slot)?;
            return match errno {
                Errno::AGAIN => Ok(()),
                errno => Err(errno).at("mount at", path),
            };
        }
        self.discard(&slot);
        self.bring_out(path, &place, &covered, &dir)?;
        let again = dir.again().at("open the directory of", path)?;
        self.touched.add(Some(again)).at("look at", path)?;
        let there = dir.mounted_at(path.name()).at("look at", path)?;
        if !there.is_some_and(|there| is_one(&there, &identity)) {
            self.meddled.push(format!(
                "~/{path} was moved away by another program while {} was mounted there; \
                 `findmnt` shows where it is now",
                route.place(path).display()
            ));
        }
        Ok(())
    }

    /// Gives the path what came out of it for the directory, which was not
    /// mounted over.
    fn take_place_back(
        &mut self,
        dir: &Dir,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        match dir.exchange_at_once(path.name(), &slot.dir, &slot.name) {
            Err(Errno::NOENT) => return self.put_back_or_keep(dir, path, slot),
            done => done.at("put back", path)?,
        }
        match slot.dir.remove_dir(&slot.name) {
            Ok(()) => {
                self.made.forget(path);
                self.made.write(self.home, &self.state)
            }
            // What a program made there meanwhile.
            Err(_) => self.keep_held(path, slot),
        }
    }

    /// Looks below the mounts of `index` for what a program made there before a
    /// run that was cut off had mounted them, and brings it out.
    pub(super) fn uncover(&mut self, index: &Index) -> Result<(), HomeError> {
        for entry in index.routes() {
            let path = &entry.path;
            let route = entry.route.as_deref().filter(|route| is_mountable(route));
            let (Some(route), true) = (route, self.made.has(path)) else {
                continue;
            };
            let Some(dir) = self.find_parent(path)? else {
                continue;
            };
            if !is_mounted(&dir, path, route)? {
                continue;
            }
            let covered = dir.covered(path.name()).and_then(|dir| dir.entries());
            // It is seen when the mount goes.
            if covered.is_ok_and(|covered| covered.is_empty()) {
                continue;
            }
            match dir.unmount(path.name()) {
                Err(Errno::BUSY | Errno::PERM | Errno::INVAL) => continue,
                done => done.at("unmount", path)?,
            }
            let found = place(path, route)?.ok_or(Errno::NOENT);
            let (place, _) = found.at_path("open", route.place(path))?;
            let covered = dir.open(path.name()).at("open", path)?;
            self.bring_out(path, &place, &covered, &dir)?;
        }
        Ok(())
    }

    /// What a program made in the directory before it was mounted over goes
    /// where it would have been made a moment later; what cannot, to the
    /// backups.
    fn bring_out(
        &mut self,
        path: &HomePath,
        place: &Dir,
        covered: &Dir,
        dir: &Dir,
    ) -> Result<(), HomeError> {
        for (name, _) in covered.entries().at("look into", path)? {
            let below = path.join(std::os::unix::ffi::OsStrExt::as_bytes(&*name));
            let below = below.unwrap_or_else(|_| path.clone());
            let slot = self.work.slot(dir).at("write beside", path)?;
            match covered.move_out(&name, &slot.dir, &slot.name) {
                Err(Errno::NOENT) => continue,
                done => done.at("bring out", &below)?,
            }
            if slot.dir.move_in(&slot.name, place, &name).is_ok() {
                continue;
            }
            self.keep_held(&below, &slot)?;
            self.meddled.push(format!(
                "~/{below} was made while its directory was being mounted, and is a backup now; \
                 `nhmt backups list` shows it"
            ));
        }
        Ok(())
    }
}

/// The name of what goes to `path`, by which a later run knows it for nhmt's.
fn staged(path: &HomePath) -> OsString {
    let mut name = tag(path);
    name.push(STAGED);
    name
}
