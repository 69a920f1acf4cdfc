//! Links of managed files that were left in persisted directories: of a
//! generation that has gone while the root was not there, or of a path that
//! has another root since.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::aside::is_own_link;
use super::finding::{Finding, FindingKind};
use super::roots::Roots;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeDir, HomeError};
use crate::manifest::{Escaped, HomePath, Index, RouteKind};
use crate::state::{self, Root, RootLock, Routes};

/// Looks through what the remembered roots have of this home; gives the links
/// that `index` does not declare there. A root that is not there, or may not
/// be read, has none. `progress` is called for each directory.
pub(super) fn left_in_roots(
    home: &HomeDir,
    index: &Index,
    progress: &mut dyn FnMut(),
) -> Result<Vec<Finding>, HomeError> {
    let mut places: BTreeSet<PathBuf> = Roots::read(home)?.into_iter().collect();
    let routes = index.routes().filter_map(|entry| entry.route.as_deref());
    places.extend(routes.map(|route| route.root.clone()));
    let mut found = Vec::new();
    for place in places {
        let Ok(Some(root)) = Root::find(&place) else {
            continue;
        };
        let Ok(known) = Routes::read(&root) else {
            continue;
        };
        let directories = known
            .iter()
            .filter(|(_, known)| known.kind == RouteKind::Directory);
        for (path, _) in directories {
            let Ok(Some(dir)) = root.parent(path) else {
                continue;
            };
            let Ok(inside) = dir.open(path.name()) else {
                continue;
            };
            let mut walk = Walk {
                home,
                index,
                root: &root,
                device: device(&inside),
                found: &mut found,
                progress,
            };
            walk.within(&inside, path);
        }
    }
    // One persisted path can lie in another.
    found.sort_by(|a, b| a.subject.cmp(&b.subject));
    found.dedup_by(|a, b| a.subject == b.subject);
    Ok(found)
}

struct Walk<'a> {
    home: &'a HomeDir,
    index: &'a Index,
    root: &'a Root,
    device: Option<u64>,
    found: &'a mut Vec<Finding>,
    progress: &'a mut dyn FnMut(),
}

impl Walk<'_> {
    fn within(&mut self, dir: &Dir, at: &HomePath) {
        (self.progress)();
        let Ok(entries) = dir.entries() else { return };
        for (name, kind) in entries {
            let Ok(path) = at.join(name.as_bytes()) else {
                continue;
            };
            match kind {
                FileType::Symlink if self.is_left(dir, &name, &path) => {
                    let subject = shown(self.root, &path);
                    self.found
                        .push(Finding::new(FindingKind::LeftOverLink, subject));
                }
                FileType::Directory => {
                    let inside = dir.open(&name);
                    if let Ok(inside) = inside.as_ref()
                        && device(inside) == self.device
                    {
                        self.within(inside, &path);
                    }
                }
                _ => {}
            }
        }
    }

    fn is_left(&self, dir: &Dir, name: &OsStr, path: &HomePath) -> bool {
        let Ok(target) = dir.read_link(name) else {
            return false;
        };
        self.home.is_own_target(target.as_bytes()) && !self.is_declared(path)
    }

    /// Whether the generation in force has a file at `path` in this root.
    fn is_declared(&self, path: &HomePath) -> bool {
        let above = self.index.route_above(path);
        let root = above.and_then(|above| Some(&*above.route.as_deref()?.root));
        match self.index.get(path) {
            Some(entry) if entry.inside => root == Some(self.root.place()),
            // A path that is persisted by an older generation holds what this
            // one has in its home.
            Some(_) => root.is_none(),
            None => false,
        }
    }
}

fn device(dir: &Dir) -> Option<u64> {
    let stat = dir.stat_self().ok()?;
    Some(Identity::of(&stat).device)
}

/// A path in a root, as findings name it.
fn shown(root: &Root, path: &HomePath) -> String {
    let place = root.at(path);
    Escaped(place.as_os_str().as_bytes()).to_string()
}

/// Removes the link that a finding of [`left_in_roots`] names.
pub(super) fn remove_left(home: &HomeDir, subject: &str) -> Result<(), HomeError> {
    for place in Roots::read(home)? {
        let Some(path) = subject
            .strip_prefix(&*place.to_string_lossy())
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| HomePath::new(rest).ok())
        else {
            continue;
        };
        let Some(root) = Root::find(&place)? else {
            continue;
        };
        let lock = root.try_lock()?;
        if matches!(lock, RootLock::Busy) {
            return Err(Errno::AGAIN).at_path("work in the persistent directory", &place);
        }
        if let Some(dir) = root.parent(&path)? {
            let taken = take(home, &root, &dir, &path);
            taken.at_path("remove the link", root.at(&path))?;
        }
    }
    Ok(())
}

/// Takes the link out, looks at it, and puts it back unless it is nhmt's. What
/// cannot go back is for the next sweep of the root, which keeps it.
fn take(home: &HomeDir, root: &Root, dir: &Dir, path: &HomePath) -> rustix::io::Result<()> {
    let refused = |error: &HomeError| Errno::from_io_error(&error.source).unwrap_or(Errno::IO);
    let work = root.work().map_err(|error| refused(&error))?;
    let slot = state::free(&work, "link")?;
    match dir.move_out(path.name(), &work, &slot) {
        Err(Errno::NOENT) => return Ok(()),
        moved => moved?,
    }
    if is_own_link(home, &work, &slot)? {
        work.unlink(&slot)?;
        return dir.sync();
    }
    work.move_in(&slot, dir, path.name())
}
