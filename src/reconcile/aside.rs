//! Taking things out of the home without ever deleting a name that was only
//! looked at: move it aside, look at what came out, then decide.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::work::{Slot, Work};
use crate::home::HomeDir;
use crate::home::dir::Dir;
use crate::manifest::HomePath;

/// What became of something that was to be discarded.
#[derive(Debug)]
pub(super) enum Taken {
    /// It was ours and is gone.
    Discarded,
    /// Nothing was there.
    Gone,
    /// It was not ours and is back at its name.
    PutBack,
    /// It was not ours, and its name was taken meanwhile: it is in the slot.
    Held,
}

/// Whether `name` in `dir` is a link that only nhmt makes in this home.
pub(super) fn is_own_link(home: &HomeDir, dir: &Dir, name: &OsStr) -> Result<bool> {
    match dir.read_link(name) {
        Ok(target) => Ok(home.is_ours(target.as_bytes())),
        Err(Errno::INVAL) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Whether `name` in `dir` is the very link that nhmt makes for `path`.
pub(super) fn is_link_of(home: &HomeDir, dir: &Dir, name: &OsStr, path: &HomePath) -> Result<bool> {
    match dir.read_link(name) {
        Ok(target) => Ok(home.is_target_of(target.as_bytes(), path)),
        // A name that is too long is on no disk.
        Err(Errno::INVAL | Errno::NOENT | Errno::NAMETOOLONG) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Discards the link `name` in `dir` if it is ours, whatever happens to that
/// name meanwhile, by way of `slot`, a free name on the same mount.
pub(super) fn discard_link(home: &HomeDir, slot: &Slot, dir: &Dir, name: &OsStr) -> Result<Taken> {
    match dir.move_out(name, &slot.dir, &slot.name) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(Taken::Gone),
        Err(errno) => return Err(errno),
    }
    if is_own_link(home, &slot.dir, &slot.name)? {
        slot.dir.unlink(&slot.name)?;
        return Ok(Taken::Discarded);
    }
    match slot.dir.move_in(&slot.name, dir, name) {
        Ok(()) => Ok(Taken::PutBack),
        Err(Errno::EXIST) => Ok(Taken::Held),
        Err(errno) => Err(errno),
    }
}

/// Discards what nhmt made below and including the directory `name`: its
/// links, and the directories when they are empty then. Gives whether
/// everything is gone.
pub(super) fn discard_tree(
    home: &HomeDir,
    work: &mut Work,
    dir: &Dir,
    name: &OsStr,
) -> Result<bool> {
    let folder = work.folder(dir)?;
    discard_within(home, work, &folder, dir, name)
}

/// As [`discard_tree`], by way of a private folder on the same mount.
fn discard_within(
    home: &HomeDir,
    work: &mut Work,
    folder: &Rc<Dir>,
    dir: &Dir,
    name: &OsStr,
) -> Result<bool> {
    let inside = match dir.open(name) {
        Ok(inside) => inside,
        Err(Errno::NOENT) => return Ok(true),
        Err(Errno::NOTDIR | Errno::LOOP) => {
            let taken = discard_link(home, &work.slot_in(folder), dir, name)?;
            return Ok(matches!(taken, Taken::Discarded | Taken::Gone));
        }
        Err(errno) => return Err(errno),
    };
    for (name, kind) in inside.entries()? {
        match kind {
            FileType::Symlink if is_own_link(home, &inside, &name)? => {
                discard_link(home, &work.slot_in(folder), &inside, &name)?;
            }
            FileType::Directory => {
                discard_within(home, work, folder, &inside, &name)?;
            }
            _ => {}
        }
    }
    drop(inside);
    match dir.remove_dir(name) {
        Ok(()) => Ok(true),
        Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
        Err(errno) => Err(errno),
    }
}
