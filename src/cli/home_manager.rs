//! What Home Manager has left in a home that nhmt takes over from it.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::Failure;
use crate::generation::Number;
use crate::home::copy::same_bytes;
use crate::home::{HomeLock, Layout};
use crate::manifest::{HomePath, Index};
use crate::reconcile;
use crate::tree::HOME_MANAGER;

/// The link in the state directory to the last generation of Home Manager whose
/// links were all taken over.
const TAKEN: &str = "home-manager";

/// Where Home Manager names its generation in force: its root, and its profile.
const NAMES: [&str; 2] = [
    ".local/state/home-manager/gcroots/current-home",
    ".local/state/nix/profiles/home-manager",
];

/// The generation of Home Manager that is in force in the home, as far as Home
/// Manager knows.
pub(super) fn generation(layout: &Layout) -> Option<PathBuf> {
    let places = NAMES.iter().map(|name| layout.home().join(name));
    places
        .filter_map(|place| place.canonicalize().ok())
        .find(|generation| generation.join("home-files").is_dir())
}

/// What a tree of Home Manager's configuration, which takes its place, has to
/// clear away.
pub(super) struct Left {
    /// Home Manager's generation.
    generation: PathBuf,
    /// The places of its files that the tree lacks.
    places: Vec<HomePath>,
    /// Those of them that are links of Home Manager's still.
    pub links: Vec<HomePath>,
}

/// What Home Manager has left for `new` to clear away; `None` when that was
/// done, or is not for this tree to do.
pub(super) fn left(
    context: &Context,
    (tree, new): (&Path, &Index),
) -> Result<Option<Left>, Failure> {
    let layout = context.layout();
    let Some(generation) = generation(layout) else {
        return Ok(None);
    };
    if fs::read_link(layout.state().join(TAKEN)).is_ok_and(|taken| taken == generation)
        || fs::symlink_metadata(tree.join(HOME_MANAGER)).is_err()
    {
        return Ok(None);
    }
    let mut places = Vec::new();
    collect(&generation.join("home-files"), None, &mut places)?;
    places.retain(|path| new.get(path).is_none());
    places.sort();
    let links = reconcile::left_by_home_manager(&context.open()?, &places)?;
    Ok(Some(Left {
        generation,
        places,
        links,
    }))
}

/// Whether what Home Manager has left at `target` is what `new` has there.
pub(super) fn has_already(
    layout: &Layout,
    target: &HomePath,
    (tree, new): (&Path, &Index),
) -> bool {
    let Some(generation) = generation(layout) else {
        return false;
    };
    let place = generation.join("home-files").join(target.as_path());
    let mut leaves = Vec::new();
    match fs::symlink_metadata(&place) {
        // What cannot be read is not known to be the same.
        Ok(found) if found.is_dir() && collect(&place, Some(target), &mut leaves).is_err() => {
            return false;
        }
        Ok(found) if !found.is_dir() => leaves.push(target.clone()),
        Ok(_) => leaves.sort(),
        Err(_) => return false,
    }
    let wanted = new.entries().iter().map(|entry| &entry.path);
    let wanted = wanted.filter(|path| *path == target || path.is_below(target));
    let is_same = |leaf: &HomePath| {
        let leaf = leaf.as_path();
        has_same_content(&layout.home().join(leaf), &tree.join("home").join(leaf))
    };
    wanted.eq(&leaves) && leaves.iter().all(is_same)
}

/// Whether both lead to the same place, or to files with the same content.
fn has_same_content(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (one.canonicalize(), other.canonicalize()) else {
        return false;
    };
    if one == other {
        return true;
    }
    // To open what is no file can have an effect.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    is_file(&one)
        && is_file(&other)
        && File::open(one)
            .and_then(|one| same_bytes(one, File::open(other)?))
            .unwrap_or(false)
}

/// Clears `left` away, and remembers that.
pub(super) fn remove(
    context: &Context,
    lock: &HomeLock,
    left: &Left,
    number: Number,
) -> Result<(), Failure> {
    let removed = reconcile::remove_home_managers(lock, &left.links, number.get())?;
    if removed > 0 {
        context.ui.note(format_args!(
            "{removed} links of Home Manager that the configuration does not have were removed"
        ));
    }
    reconcile::remove_empty_above(lock, &left.places)?;
    let taken = context.layout().state().join(TAKEN);
    // What it says is looked at again when it is not there.
    let _ = fs::remove_file(&taken);
    let noted = symlink(&left.generation, &taken);
    noted.map_err(|error| Failure::new(format_args!("{}: {error}", taken.display())))
}

/// Forgets that nothing of Home Manager's is left: it may make its links again.
pub(super) fn forget(layout: &Layout) -> Result<(), Failure> {
    let taken = layout.state().join(TAKEN);
    match fs::remove_file(&taken) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format_args!("{}: {error}", taken.display())))
        }
        _ => Ok(()),
    }
}

/// The leaves below `directory`, whose place in the home is `place`.
fn collect(
    directory: &Path,
    place: Option<&HomePath>,
    leaves: &mut Vec<HomePath>,
) -> Result<(), Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format_args!("{}: {error}", directory.display()));
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let path = match place {
            Some(place) => place.join(name.as_bytes()),
            None => HomePath::new(name.as_bytes()),
        };
        // What nhmt could not manage, it cannot have to remove.
        let Ok(path) = path else { continue };
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(&entry.path(), Some(&path), leaves)?;
        } else {
            leaves.push(path);
        }
    }
    Ok(())
}
