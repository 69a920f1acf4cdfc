//! Deleting one file, and no other that took its name.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use rustix::io::{Errno, Result};

use crate::home::dir::{Dir, Identity};

/// What became of a file that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deleted {
    /// It is gone.
    Done,
    /// Nothing was there.
    Gone,
    /// It is another than was shown, and is where it was.
    Changed,
    /// It is another than was shown, and its name was taken meanwhile: it is
    /// in the private folder.
    Held,
}

/// Deletes `name` in `dir` if it is `shown`, by way of `folder`, a private one
/// on the same mount.
pub(super) fn delete(dir: &Dir, name: &OsStr, folder: &Dir, shown: Identity) -> Result<Deleted> {
    // What is known to be another is not moved at all.
    match identity(dir, name) {
        Err(Errno::NOENT) => return Ok(Deleted::Gone),
        found if found? != shown => return Ok(Deleted::Changed),
        _ => {}
    }
    let slot = match dir.move_out(name, folder, name) {
        Err(Errno::EXIST) => {
            let slot = free_name(folder)?;
            dir.move_out(name, folder, &slot).map(|()| slot)
        }
        moved => moved.map(|()| name.to_owned()),
    };
    let slot = match slot {
        Err(Errno::NOENT) => return Ok(Deleted::Gone),
        slot => slot?,
    };
    let refused = match identity(folder, &slot) {
        Ok(found) if found == shown => match folder.unlink(&slot) {
            Ok(()) => return Ok(Deleted::Done),
            Err(errno) => Some(errno),
        },
        Ok(_) => None,
        Err(errno) => Some(errno),
    };
    match folder.move_in(&slot, dir, name) {
        Ok(()) => refused.map_or(Ok(Deleted::Changed), Err),
        Err(_) => Ok(Deleted::Held),
    }
}

/// A name in a private folder that nothing has. Something that could not go
/// back has the usual one.
fn free_name(folder: &Dir) -> Result<OsString> {
    for number in 1_u32.. {
        let name = OsString::from(format!("other-{number}"));
        match folder.stat(&name) {
            Ok(_) => {}
            Err(Errno::NOENT) => return Ok(name),
            Err(errno) => return Err(errno),
        }
    }
    Err(Errno::EXIST)
}

fn identity(dir: &Dir, name: &OsStr) -> Result<Identity> {
    let name = CString::new(name.as_bytes()).map_err(|_| Errno::INVAL)?;
    Ok(dir.see(&name)?.identity)
}

/// Whether both are one directory: what is in it, and so its size and time,
/// changes while it is emptied.
pub(super) fn is_same_directory(one: &Identity, other: &Identity) -> bool {
    (one.device, one.inode, one.kind) == (other.device, other.inode, other.kind)
}
