//! Puts a backup back into the home: nothing there when it begins, or a link of
//! nhmt's, which is exchanged for a copy of the backup.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::rc::Rc;

use rustix::io::Errno;

use super::aside::is_own_link;
use super::backups::BackupError;
use super::discard::{Rest, discard_copied};
use super::work::{Slot, Work};
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeDir, copy};
use crate::manifest::HomePath;

/// What became of the copy of a backup.
enum Put {
    /// It is at its place.
    Done,
    /// It is in this slot still, and was never anywhere else; why.
    Not(Slot, Errno),
    /// It was at its place for a moment. It is in the slot again, or somebody
    /// has removed it; what was at the place is back there.
    Back(Slot),
    /// What a program has written is in the private folder.
    Held,
}

/// Copies the backup of `path`, in `from`, into a private folder and moves it
/// to `place` from there.
pub(super) fn put_back(
    home: &HomeDir,
    work: &mut Work,
    from: &Dir,
    place: &Dir,
    path: &HomePath,
) -> Result<(), BackupError> {
    let name = path.name();
    let slot = work.slot(place).at("write beside", path)?;
    let copied = copy::copy(from, name, &slot.dir, &slot.name);
    let identity = copied.and_then(|()| slot.dir.stat(&slot.name));
    let put = match identity {
        Err(errno) => Put::Not(slot, errno),
        Ok(stat) => match slot.dir.move_in(&slot.name, place, name) {
            Ok(()) => Put::Done,
            Err(Errno::EXIST) if is_own_link(home, place, name) == Ok(true) => {
                replace_link(home, place, name, slot, Identity::of(&stat).inode)
            }
            Err(errno) => Put::Not(slot, errno),
        },
    };
    match put {
        Put::Done => Ok(place.sync().at("bring to the disk", path)?),
        Put::Not(slot, errno) => {
            copy::remove(&slot.dir, &slot.name).at("clean up for", path)?;
            match errno {
                Errno::EXIST => Err(BackupError::InTheWay(path.clone())),
                errno => Err(errno).at("restore", path)?,
            }
        }
        Put::Back(slot) => {
            let backup = Rc::new(from.again().at("open the backup of", path)?);
            let backup = Slot::new(&backup, name);
            // A program may have written to it at its place.
            let mut strays = Vec::new();
            let rest = discard_copied(&slot, &backup, &mut strays);
            if rest == Ok(Rest::Nothing) && strays.is_empty() {
                return Err(BackupError::InTheWay(path.clone()));
            }
            Err(held(home, work, place, path))
        }
        Put::Held => Err(held(home, work, place, path)),
    }
}

/// The error when something stays in the private folder, which is not removed
/// then.
fn held(home: &HomeDir, work: &Work, place: &Dir, path: &HomePath) -> BackupError {
    let layout = home.layout();
    let place: PathBuf = if work.is_near(place).unwrap_or(true) {
        layout.state().join("work").join(work.name())
    } else {
        let beside = layout.home().join(path.as_path());
        beside.with_file_name(work.local_name())
    };
    let path = path.clone();
    BackupError::Held { path, place }
}

/// Puts the copy that is in the slot in the place of our link at `name`;
/// `inode` is the copy's.
fn replace_link(home: &HomeDir, place: &Dir, name: &OsStr, slot: Slot, inode: u64) -> Put {
    let first = match place.exchange(name, &slot.dir, &slot.name) {
        Ok(first) => first,
        // Our link is gone meanwhile.
        Err(Errno::NOENT) => {
            return match slot.dir.move_in(&slot.name, place, name) {
                Ok(()) => Put::Done,
                Err(errno) => Put::Not(slot, errno),
            };
        }
        Err(errno) => return Put::Not(slot, errno),
    };
    // From here on nothing is discarded that was not looked at.
    let own = is_own_link(home, &slot.dir, &slot.name) == Ok(true);
    if own {
        // One that stays in the private folder harms nobody.
        let _ = slot.dir.unlink(&slot.name);
    }
    match first {
        Exchange::Overtaken(aside) if own => Put::Not(slot.beside(aside), Errno::EXIST),
        Exchange::Overtaken(aside) => {
            let _ = copy::remove(&slot.dir, &aside);
            Put::Held
        }
        _ if own => Put::Done,
        // Theirs goes back. What they saved over the copy while it was there
        // has then come out in its place.
        _ => match place.exchange(name, &slot.dir, &slot.name) {
            Ok(Exchange::AtOnce | Exchange::InSteps) => {
                let stat = slot.dir.stat(&slot.name);
                if stat.is_ok_and(|stat| Identity::of(&stat).inode == inode) {
                    Put::Back(slot)
                } else {
                    Put::Held
                }
            }
            // They removed the copy.
            Err(Errno::NOENT) => match slot.dir.move_in(&slot.name, place, name) {
                Ok(()) => Put::Back(slot),
                Err(_) => Put::Held,
            },
            Ok(Exchange::Overtaken(_)) | Err(_) => Put::Held,
        },
    }
}
