//! Clears roots of what killed runs left in their private folders.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::rc::Rc;

use super::keep::Keeper;
use super::readopt::identity;
use super::roots::Roots;
use super::work::{Slot, tag, tag_of_source};
use crate::home::dir::Identity;
use crate::home::{AtPlace, HomeDir, HomeError, Parent, copy};
use crate::manifest::HomePath;
use crate::state::{self, Record, Root, RootLock, Routes};

/// Moves what is in the slot to the backups of the root; gives where it is.
pub(super) fn keep_in_root(
    root: &Root,
    path: &HomePath,
    slot: &Slot,
    generation: u64,
) -> Result<PathBuf, HomeError> {
    let own = root.room()?;
    let kept = Keeper::new(&own, generation).and_then(|mut keeper| {
        let (set, backup) = keeper.reserve(path)?;
        keeper.sync()?;
        slot.dir.move_in(&slot.name, &backup.dir, &backup.name)?;
        backup.dir.sync()?;
        Ok(set)
    });
    let set = kept.at_path("back up in the persistent directory", root.at(path))?;
    let place = root.place().join(".nhmt/backups").join(set);
    Ok(place.join(path.as_path()))
}

/// Clears all roots that the home remembers of what killed runs left.
pub(super) fn sweep_roots(home: &HomeDir, generation: u64) -> Result<(), HomeError> {
    for place in Roots::read(home)? {
        let Ok(Some(root)) = Root::find(&place) else {
            continue;
        };
        // What a run has there that is on its way is nobody's to clear.
        let lock = root.try_lock()?;
        if root.own()?.is_some() && !matches!(lock, RootLock::Busy) {
            sweep_root(home, &root, generation)?;
        }
    }
    Ok(())
}

/// Copies that were never whole and links of nhmt's go, anything else goes to
/// the backups of the root. Records go when the home has no source any more.
pub(super) fn sweep_root(
    home: &HomeDir,
    root: &Root,
    generation: u64,
) -> Result<Vec<PathBuf>, HomeError> {
    let work = Rc::new(root.work()?);
    let place = root.place().join(".nhmt/work");
    let mut kept = Vec::new();
    for (name, _) in work.entries().at_path("look into", &place)? {
        if name.as_encoded_bytes().starts_with(b"copy-") {
            copy::remove(&work, &name).at_path("clean up", &place)?;
            continue;
        }
        let slot = Slot::new(&work, name);
        if is_ours(home, &slot) {
            slot.dir.unlink(&slot.name).at_path("clean up", &place)?;
            continue;
        }
        if work.remove_dir(&slot.name).is_ok() {
            continue;
        }
        if let Some(path) = newer_of(root, &slot)? {
            if is_spare(home, root, &path, &slot).at_path("look at", &place)? {
                copy::remove(&work, &slot.name).at_path("clean up", &place)?;
            } else {
                kept.push(keep_in_root(root, &path, &slot, generation)?);
            }
            continue;
        }
        let shown = HomePath::new([b"recovered/", slot.name.as_encoded_bytes()].concat());
        let shown = shown.unwrap_or_else(|_| HomePath::new("recovered").expect("a name"));
        kept.push(keep_in_root(root, &shown, &slot, generation)?);
    }
    for path in Record::all(root)? {
        if !state::has_data_in(home, &path)? {
            Record::remove(root, &path)?;
        }
    }
    Ok(kept)
}

/// What the names start with that the data of a path has on its way into a
/// root, or out of it.
pub(super) fn name_of_newer(path: &HomePath) -> String {
    format!("newer-{}", state::tag(path).display())
}

/// The path for which something was on its way in or out.
fn newer_of(root: &Root, slot: &Slot) -> Result<Option<HomePath>, HomeError> {
    let name = slot.name.to_string_lossy();
    let Some((name, _)) = name.rsplit_once('-').filter(|_| name.starts_with("newer-")) else {
        return Ok(None);
    };
    let routes = Routes::read(root)?;
    let path = routes
        .iter()
        .map(|(path, _)| path)
        .find(|path| name_of_newer(path) == name);
    Ok(path.cloned())
}

/// The persisted path whose data was on its way to the home's backups under
/// this name.
pub(super) fn path_of_source(home: &HomeDir, name: &OsStr) -> Option<HomePath> {
    let of = tag_of_source(name)?;
    let roots = Roots::read(home).ok()?;
    let roots = roots.iter().filter_map(|place| Root::find(place).ok()?);
    let routes = roots.filter_map(|root| Routes::read(&root).ok());
    let mut paths = routes.flat_map(|routes| {
        routes
            .iter()
            .map(|(path, _)| path.clone())
            .collect::<Vec<_>>()
    });
    paths.find(|path| tag(path) == of)
}

/// Whether what is in the slot is what the home or the root has at the path.
fn is_spare(home: &HomeDir, root: &Root, path: &HomePath, slot: &Slot) -> rustix::io::Result<bool> {
    let mut places = Vec::new();
    if let Ok(Parent::Open(dir)) = home.walker().parent_of(path) {
        places.push(dir.again()?);
    }
    if let Ok(Some(dir)) = root.parent(path) {
        places.push(dir);
    }
    let mine = Identity::of(&slot.dir.stat(&slot.name)?);
    for dir in places {
        let Ok(Some(there)) = identity(&dir, path) else {
            continue;
        };
        if (there.device, there.inode) == (mine.device, mine.inode)
            || (slot.dir.is_at_rest(&slot.name)?
                && copy::is_equal(&slot.dir, &slot.name, &dir, path.name()).unwrap_or(false))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_ours(home: &HomeDir, slot: &Slot) -> bool {
    let target = slot.dir.read_link(&slot.name);
    target.is_ok_and(|target| home.is_ours(target.as_encoded_bytes()))
}
