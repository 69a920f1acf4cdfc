//! What Home Manager has left in a home that nhmt takes over from it.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::Failure;
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

/// The links of Home Manager that the home still has and `new` does not want:
/// they go when the tree is one of Home Manager's configuration, which takes its
/// place.
pub(super) fn left(
    context: &Context,
    (tree, new): (&Path, &Index),
) -> Result<Vec<HomePath>, Failure> {
    let layout = context.layout();
    let Some(generation) = generation(layout) else {
        return Ok(Vec::new());
    };
    if fs::read_link(layout.state().join(TAKEN)).is_ok_and(|taken| taken == generation)
        || fs::symlink_metadata(tree.join(HOME_MANAGER)).is_err()
    {
        return Ok(Vec::new());
    }
    let mut leaves = Vec::new();
    collect(&generation.join("home-files"), None, &mut leaves)?;
    leaves.sort();
    Ok(reconcile::left_by_home_manager(
        &context.open()?,
        &leaves,
        new,
    )?)
}

/// Removes `left`, and remembers that nothing of Home Manager's is left.
pub(super) fn remove(
    context: &Context,
    lock: &HomeLock,
    left: &[HomePath],
    generation: u64,
) -> Result<(), Failure> {
    if !left.is_empty() {
        let removed = reconcile::remove_home_managers(lock, left, generation)?;
        context.ui.note(format_args!(
            "{removed} links of Home Manager that the configuration does not have were removed"
        ));
    }
    let layout = context.layout();
    if let Some(generation) = self::generation(layout) {
        let taken = layout.state().join(TAKEN);
        if fs::read_link(&taken).is_ok_and(|known| known == generation) {
            return Ok(());
        }
        // What it says is looked at again when it is not there.
        let _ = fs::remove_file(&taken);
        let noted = symlink(&generation, &taken);
        noted.map_err(|error| Failure::new(format_args!("{}: {error}", taken.display())))?;
    }
    Ok(())
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
