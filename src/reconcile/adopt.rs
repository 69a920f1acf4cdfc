//! What a run does for persisted paths before anything else.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::rc::Rc;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::error::ReconcileError;
use super::inside::InsideStep;
use super::plan::{Fresh, Plan, RoutePlan, RouteStep};
use super::run::Run;
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeError};
use crate::manifest::{HomePath, RouteKind};
use crate::state::{self, Owner, Record, Root, RootLock, Routes, There, direct, is_direct_to};

impl Run<'_> {
    /// Prepares roots, adopts what the home has, takes over newer files, and
    /// keeps routes that the new generation, `number`, is too old for.
    ///
    /// # Why this order is safe
    ///
    /// Each step is complete in itself: before it a lookup of the path yields
    /// what the home has, after it the same from the root, in one rename. So
    /// there is nothing to take back, by whom ever the run is cut off, and the
    /// anchor has no part in it: an adopted path first gets a **direct link**,
    /// `~/P -> /./<root>/P`, which holds in every generation. The switch turns
    /// it into a link through the anchor when the new tree leads to the same
    /// place.
    ///
    /// 1. **The root is prepared**, and with it is known that it can be written
    ///    to; directories are made with their modes, and the root remembers
    ///    the route. A root that refuses ends the run here.
    /// 2. **On the same mount**, the direct link is made at `<root>/P`, where
    ///    nothing is (`symlinkat` replaces nothing), and exchanged with `~/P`
    ///    in one step (`RENAME_EXCHANGE`). Whoever has a file open keeps it.
    ///    When it is cut off between the two, the root has a link that leads
    ///    to itself: it is known by its target, and goes.
    /// 3. **On another mount** a copy is made in the root's private folder,
    ///    synced, compared with the source in full, written down in the root
    ///    ([`Record`], which outlives the home) and then published by a rename
    ///    that replaces nothing. What changed in the source meanwhile follows,
    ///    until nothing does. Then the source is exchanged for the direct link
    ///    and goes to the backups, and what changed in it between the last look
    ///    and the exchange follows at once. Who has a file of it open still
    ///    writes there, so that it follows once more at the end of the run,
    ///    and a writer that is left is named with the backup.
    ///    When it is cut off before the exchange, the copy counts as nothing as
    ///    long as it is untouched and the home has its source; when the home is
    ///    gone by then, it is the data.
    /// 4. **Nothing is removed but what nhmt wrote**: copies that are as the
    ///    record has them and that nobody has open, links by their target, and
    ///    directories by `rmdir`, which removes empty ones only.
    pub(super) fn persist(&mut self, plan: &mut Plan, number: u64) -> Result<(), ReconcileError> {
        self.lock_roots(plan.roots())?;
        self.prepare_roots(&plan.routes, number)?;
        self.unmount(&plan.routes.unmount)?;
        for RouteStep { path, route } in &plan.routes.unmounted {
            self.notes.push(format!(
                "~/{path} is to be a bind mount, {}; a link leads to {} instead",
                match route.kind {
                    RouteKind::Directory => "which takes the right to mount",
                    RouteKind::File => "which nhmt makes of directories only",
                },
                route.place(path).display()
            ));
        }
        for RouteStep { path, route } in &plan.routes.arrived {
            if let Some(root) = Root::find(&route.root)? {
                Record::remove(&root, path)?;
            }
        }
        for step in &plan.routes.adopt {
            self.adopt(step)?;
        }
        for step in &plan.routes.readopt {
            let mut target = Vec::new();
            let target = self.home.target_into(&step.path, &mut target).to_vec();
            self.readopt(step, &target)?;
        }
        let ends = std::mem::take(&mut plan.routes.ends);
        for step in &ends {
            if Self::outlives(step, number)? {
                self.hold(step)?;
                plan.stale.retain(|path| *path != step.path);
                keep_below(plan, step);
            }
        }
        Ok(())
    }

    /// Makes what is missing in the roots.
    pub(super) fn prepare_roots(
        &mut self,
        routes: &RoutePlan,
        number: u64,
    ) -> Result<(), ReconcileError> {
        let mut steps: Vec<_> = routes.prepare.iter().collect();
        steps.sort_by(|a, b| a.route.root.cmp(&b.route.root));
        let owner = Owner::of(self.home)?;
        for steps in steps.chunk_by(|a, b| a.route.root == b.route.root) {
            let root = self.root(&steps[0].route.root)?;
            let mut known = Routes::read(&root)?;
            let mut more = false;
            for RouteStep { path, route } in steps {
                root.make_parent(path, route, owner)?;
                // A link of ours that leads to itself would be in the way.
                Self::clear_place(&root, path)?;
                let adopted = routes.adopt.iter().any(|step| step.path == *path);
                // A file is made by who writes it.
                if route.kind == RouteKind::Directory && !adopted {
                    root.make_directory(path, route, owner)?;
                }
                more |= known.declare(path, route.kind, number);
            }
            if more {
                known.write(&root)?;
            }
        }
        Ok(())
    }

    /// Keeps other runs out of roots until this one ends. Sorted, so that no
    /// two wait for each other.
    pub(super) fn lock_roots<'p>(
        &mut self,
        places: impl IntoIterator<Item = &'p Path>,
    ) -> Result<(), HomeError> {
        let places: BTreeSet<_> = places.into_iter().collect();
        for place in places {
            if !self.locked_roots.contains_key(place)
                && let Some(root) = Root::find(place)?
                && let held @ RootLock::Held { .. } = root.lock()?
            {
                self.locked_roots.insert(place.to_owned(), held);
            }
        }
        Ok(())
    }

    /// The root at `place`, made when it is missing, and cleared of what killed
    /// runs left there.
    pub(super) fn root(&mut self, place: &Path) -> Result<Root, ReconcileError> {
        // Known before anything lies there that a killed run could leave.
        self.remember_root(place)?;
        let root = Root::make(place, Owner::of(self.home)?)?;
        // One that was not there before.
        self.lock_roots([place])?;
        if self.swept.insert(place.to_owned()) {
            self.sweep_root(&root)?;
        }
        Ok(root)
    }

    /// Brings what the home has at a path to the root, and leaves a direct
    /// link there.
    pub(super) fn adopt(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let changed = || ReconcileError::Changed(path.clone());
        let root = self.root(&route.root)?;
        let parent = root.parent(path)?.ok_or_else(changed)?;
        let dir = self.parent(path)?;
        Self::refuse_mount_point(&dir, path)?;
        Self::clear_place(&root, path)?;
        let seen = state::look(self.home, path, route, None)?;
        if seen.there == There::OwnCopy
            && let Some(record) = Record::read(&root, path)?
            && !state::unpublish(&root, &record)?
        {
            return Err(changed());
        }
        if !matches!(seen.there, There::Absent | There::Empty | There::OwnCopy) {
            return Err(changed());
        }
        // Of a copy that is the data now.
        Record::remove(&root, path)?;
        let near = root.is_near(&dir, path)?;
        let done = near && Self::adopt_by_exchange(step, &root, &parent, &dir)?;
        if !done {
            self.adopt_by_copy(step, &root, &parent, &dir)?;
        }
        self.adopted.push(path.clone());
        Ok(())
    }

    /// `false`: the filesystem has no exchange, and nothing was changed.
    fn adopt_by_exchange(
        step: &RouteStep,
        root: &Root,
        parent: &Dir,
        dir: &Dir,
    ) -> Result<bool, ReconcileError> {
        let path = &step.path;
        let (name, place) = (path.name(), root.at(path));
        let changed = || ReconcileError::Changed(path.clone());
        match parent.remove_dir(name) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => return Err(changed()),
            Err(errno) => return Err(errno).at_path("prepare", place)?,
        }
        match parent.symlink(&direct(&place)[..], name) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(changed()),
            Err(errno) => return Err(errno).at_path("make the link", place)?,
        }
        let swapped = Self::swap(step, dir, parent);
        if !matches!(swapped, Ok(true)) {
            Self::clear_place(root, path)?;
        }
        if matches!(swapped, Ok(true)) {
            for (dir, what) in [(parent, "the persistent directory"), (dir, "the home")] {
                dir.sync().at_path("bring to the disk", what)?;
            }
        }
        swapped
    }

    fn swap(step: &RouteStep, dir: &Dir, parent: &Dir) -> Result<bool, ReconcileError> {
        let RouteStep { path, route } = step;
        let name = path.name();
        let changed = || ReconcileError::Changed(path.clone());
        let swap = || dir.swap(name, parent, name);
        match swap() {
            Ok(()) => {}
            Err(Errno::OPNOTSUPP | Errno::XDEV) => return Ok(false),
            Err(Errno::NOENT) => return Err(changed()),
            Err(errno) => return Err(errno).at("adopt", path)?,
        }
        let place = route.place(path);
        let came = parent
            .stat(name)
            .map(|stat| FileType::from_raw_mode(stat.st_mode));
        let linked = dir.read_link(name);
        let linked = linked.is_ok_and(|target| is_direct_to(target.as_encoded_bytes(), &place));
        if linked && came == Ok(kind_of(route.kind)) {
            return Ok(true);
        }
        // Another program was faster, here or there: both get back what they
        // had.
        match swap() {
            Ok(()) | Err(Errno::NOENT) => Err(changed()),
            Err(errno) => Err(errno).at("put back", path)?,
        }
    }

    /// Removes a direct link that a run which was cut off left in the root, in
    /// place of what it was to be exchanged for.
    fn clear_place(root: &Root, path: &HomePath) -> Result<(), HomeError> {
        let Some(parent) = root.parent(path)? else {
            return Ok(());
        };
        let place = root.at(path);
        let is_ours = |dir: &Dir, name: &OsStr| {
            let target = dir.read_link(name);
            target.is_ok_and(|target| is_direct_to(target.as_encoded_bytes(), &place))
        };
        if !is_ours(&parent, path.name()) {
            return Ok(());
        }
        let work = Rc::new(root.work()?);
        let slot = Slot::new(
            &work,
            state::free(&work, "link").at_path("clean up", &place)?,
        );
        match parent.move_out(path.name(), &slot.dir, &slot.name) {
            Err(Errno::NOENT) => return Ok(()),
            moved => moved.at_path("clean up", &place)?,
        }
        if is_ours(&slot.dir, &slot.name) {
            return slot.dir.unlink(&slot.name).at_path("clean up", place);
        }
        let back = slot.dir.move_in(&slot.name, &parent, path.name());
        back.at_path("put back", place)
    }

    /// Whether the generation `number` is older than the route.
    fn outlives(step: &RouteStep, number: u64) -> Result<bool, HomeError> {
        let Some(root) = Root::find(&step.route.root)? else {
            return Ok(false);
        };
        let known = Routes::read(&root)?;
        Ok(known
            .get(&step.path)
            .is_some_and(|known| number < known.since))
    }

    /// Exchanges the link of a route for the direct one, which the generation
    /// to come needs as well.
    pub(super) fn hold(&mut self, step: &RouteStep) -> Result<(), ReconcileError> {
        let RouteStep { path, route } = step;
        let Some(dir) = self.find_parent(path)? else {
            return Ok(());
        };
        let place = route.place(path);
        let target = dir.read_link(path.name());
        if target.is_ok_and(|target| is_direct_to(target.as_encoded_bytes(), &place)) {
            return Ok(());
        }
        let found = dir
            .stat(path.name())
            .map(|stat| FileType::from_raw_mode(stat.st_mode));
        if found == Ok(FileType::Directory) {
            self.link_instead(&dir, path, &direct(&place))?;
            return Ok(());
        }
        let slot = self.work.slot(&dir).at("write beside", path)?;
        let linked = slot.dir.symlink(&direct(&place)[..], &slot.name);
        linked.at("make the link", path)?;
        self.renew(&dir, path, &slot)?;
        dir.sync().at("bring to the disk", path)?;
        Ok(())
    }

    fn refuse_mount_point(dir: &Dir, path: &HomePath) -> Result<(), ReconcileError> {
        let stat = match dir.stat(path.name()) {
            // Another program has removed it.
            Err(Errno::NOENT) => return Err(ReconcileError::Changed(path.clone())),
            stat => stat.at("look at", path)?,
        };
        super::reserve::refuse_mount_point(dir, path, &stat)
    }

    /// Removes links of the generation before that lie in a root now: their
    /// path leads there.
    pub(super) fn clear_inside(&mut self, plan: &Plan) -> Result<(), HomeError> {
        for RouteStep { path, route } in &plan.routes.inside {
            let Some(root) = Root::find(&route.root)? else {
                continue;
            };
            let Ok(Some(dir)) = root.parent(path) else {
                continue;
            };
            let own = super::aside::is_link_of(self.home, &dir, path.name(), path);
            if !own.at("look at", path)? {
                continue;
            }
            let work = Rc::new(root.work()?);
            let free = state::free(&work, "link").at_path("clean up", root.at(path))?;
            let slot = Slot::new(&work, free);
            let taken = super::aside::discard_link(self.home, &slot, &dir, path.name());
            taken.at("remove the link", path)?;
        }
        Ok(())
    }
}

/// The leaves of the generation to come that lie below a path which stays
/// persisted: their links go to the root, and no directory takes the place of
/// that path.
fn keep_below(plan: &mut Plan, step: &RouteStep) {
    let RouteStep { path, route } = step;
    let (below, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut plan.after)
        .into_iter()
        .partition(|one| one.path == *path);
    plan.after = rest;
    for one in below {
        if let Fresh::Directory(leaves) = &one.fresh {
            let held = leaves
                .iter()
                .map(|leaf| InsideStep::held(leaf, path, route));
            plan.inside.extend(held);
        }
    }
}

pub(super) fn kind_of(kind: RouteKind) -> FileType {
    match kind {
        RouteKind::Directory => FileType::Directory,
        RouteKind::File => FileType::RegularFile,
    }
}
