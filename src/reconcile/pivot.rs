//! The pivot: one rename of the anchor.

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::home::dir::Dir;
use crate::home::{ANCHOR, AtPlace, HomeDir, HomeError, os};

/// Turns the anchor to `tree` and syncs its directory. Does nothing when it
/// leads there already.
pub(super) fn pivot(home: &HomeDir, state: &Dir, tree: &Path) -> Result<(), HomeError> {
    let place = home.layout().anchor();
    match state.read_link(os(ANCHOR)) {
        Ok(target) if Path::new(&target) == tree => return Ok(()),
        Ok(_) | Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno).at_path("read the anchor", place),
    }
    // The state directory is nhmt's alone, and the lock is held: what an
    // interrupted run left under this name may go.
    let next = format!("{ANCHOR}.next");
    match state.unlink(os(&next)) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno).at_path("prepare the anchor", place),
    }
    state
        .symlink(tree, os(&next))
        .at_path("prepare the anchor", &place)?;
    state
        .replace(os(&next), os(ANCHOR))
        .at_path("turn the anchor", &place)
}

/// Where the anchor leads, be it a tree or a bridge.
pub(super) fn anchored(home: &HomeDir, state: &Dir) -> Result<Option<PathBuf>, HomeError> {
    match state.read_link(os(ANCHOR)) {
        Ok(target) => Ok(Some(target.into())),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno).at_path("read the anchor", home.layout().anchor()),
    }
}

/// Removes the anchor: no generation is in force.
pub(super) fn unanchor(home: &HomeDir, state: &Dir) -> Result<(), HomeError> {
    match state.unlink(os(ANCHOR)) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno).at_path("remove the anchor", home.layout().anchor()),
    }
}
