//! What a container of [`super::test_container`] shows of what outlives the
//! home: the persisted paths, as they are or thrown away with it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::failure::Failure;
use super::scratch::Scratch;
use crate::container::{self, Mode, Root};
use crate::manifest::{HomePath, Index, Route, RouteKind, RouteMethod};
use crate::state::{self, Owner};
use crate::ui::Ui;

/// How much is copied in all, where there are no overlays.
const COPIED: u64 = 256 << 20;

/// Only who has a home in a container looks into it.
const HOME_MODE: u32 = 0o700;

/// The persisted paths of a configuration, by their roots.
#[derive(Debug, Default)]
pub(super) struct State(BTreeMap<PathBuf, Vec<(HomePath, Route)>>);

/// As the container takes it.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub roots: Vec<Root>,
    /// What is mounted in the home: what, and where.
    pub mounted: Vec<(PathBuf, PathBuf)>,
}

impl State {
    /// Those that `index` declares.
    pub fn of(index: &Index) -> Self {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in index.routes() {
            if let Some(route) = entry.route.as_deref() {
                let of_root = all.entry(route.root.clone()).or_default();
                of_root.push((entry.path.clone(), route.clone()));
            }
        }
        Self(all)
    }

    /// Whether nothing is persisted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an overlay would serve.
    pub fn would_overlay(&self) -> bool {
        let mut roots = self.0.iter();
        roots.any(|(root, routes)| root.is_dir() && !has_mounts(routes))
    }

    /// The real ones, which are made when they are missing: without them
    /// nothing starts.
    pub fn real(&self, home: &Path) -> Result<Shown, Failure> {
        let mut shown = Shown::default();
        for (place, routes) in &self.0 {
            let root = state::Root::make(place, Owner::me(HOME_MODE))?;
            make_mounted(&root, routes)?;
            shown.add(place, Mode::Shared, place, routes, home);
        }
        Ok(shown)
    }

    /// As [`State::real`], and nothing is made.
    pub fn as_it_is(&self, home: &Path) -> Shown {
        let mut shown = Shown::default();
        for (place, routes) in &self.0 {
            shown.add(place, Mode::Shared, place, routes, home);
        }
        shown
    }

    /// What looks like the real ones, and is gone at the end. Without
    /// `overlay`, the persisted paths are copied as far as they are small.
    pub fn throwaway(
        &self,
        home: &Path,
        overlay: bool,
        scratch: &Scratch,
        ui: Ui,
    ) -> Result<Shown, Failure> {
        let mut shown = Shown::default();
        let mut left = COPIED;
        for (place, routes) in &self.0 {
            // Two overlays would be two things, and a path and its place are one.
            if overlay && place.is_dir() && !has_mounts(routes) {
                shown.add(place, Mode::Overlay, place, routes, home);
                continue;
            }
            let copy = scratch.directory("state-")?;
            let root = state::Root::make(&copy, Owner::me(HOME_MODE))?;
            for (path, route) in routes {
                let from = route.place(path);
                if from.symlink_metadata().is_err() {
                    continue;
                }
                root.make_parent(path, route, Owner::me(HOME_MODE))?;
                if let Err(why) = copy_small(&from, &root.at(path), &mut left) {
                    crate::ending::remove(&root.at(path));
                    ui.note(format_args!(
                        "~/{path} is empty inside: {why}; `--share-state` shows the real one, and with bubblewrap 0.11 or newer nothing is copied"
                    ));
                }
            }
            make_mounted(&root, routes)?;
            shown.add(place, Mode::Copy(copy.clone()), &copy, routes, home);
        }
        Ok(shown)
    }
}

impl Shown {
    /// The root at `place`, which has its things at `real`.
    fn add(
        &mut self,
        place: &Path,
        mode: Mode,
        real: &Path,
        routes: &[(HomePath, Route)],
        home: &Path,
    ) {
        self.roots.push(Root {
            path: place.to_owned(),
            mode,
        });
        for (path, _) in routes.iter().filter(|(_, route)| is_mounted(route)) {
            let from = real.join(path.as_path());
            // A file that no program has written yet is reached by a link.
            if from.symlink_metadata().is_ok() {
                self.mounted.push((from, home.join(path.as_path())));
            }
        }
    }
}

fn is_mounted(route: &Route) -> bool {
    route.method == RouteMethod::Bind
}

fn has_mounts(routes: &[(HomePath, Route)]) -> bool {
    routes.iter().any(|(_, route)| is_mounted(route))
}

/// Nothing is mounted from where nothing is.
fn make_mounted(root: &state::Root, routes: &[(HomePath, Route)]) -> Result<(), Failure> {
    for (path, route) in routes.iter().filter(|(_, route)| is_mounted(route)) {
        if route.kind == RouteKind::Directory {
            root.make_directory(path, route, Owner::me(HOME_MODE))?;
        }
    }
    Ok(())
}

/// Copies `from` when it is no larger than `room`, which gets less by that.
fn copy_small(from: &Path, to: &Path, room: &mut u64) -> Result<(), String> {
    let cannot = |error: io::Error| format!("{} cannot be copied: {error}", from.display());
    let mut left = *room;
    for entry in WalkDir::new(from) {
        let data = entry.and_then(|entry| entry.metadata());
        let data = data.map_err(|error| cannot(error.into()))?;
        let size = if data.is_file() { data.len() } else { 0 };
        left = left.checked_sub(size).ok_or_else(|| {
            let mebibytes = COPIED >> 20;
            format!("of all persisted paths, {mebibytes} MiB are copied at most")
        })?;
    }
    container::copy(from, to).map_err(cannot)?;
    *room = left;
    Ok(())
}
