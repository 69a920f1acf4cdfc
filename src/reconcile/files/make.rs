//! New files and their directories, and what a new file takes over from the old.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rustix::fs::{Mode, Timespec, Timestamps, UTIME_NOW};
use rustix::io::Errno;

use super::back::Staged;
use super::decide::{Fresh, Old};
use super::look::{self, digest_of};
use super::work::begun;
use crate::home::attributes;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeError, ancestor};
use crate::manifest::HomePath;
use crate::reconcile::directories::errno;
use crate::reconcile::run::Run;
use crate::reconcile::work::Slot;

/// The directory for `path`, made when it is missing.
pub(super) fn parent(run: &mut Run<'_>, path: &HomePath) -> Result<Dir, HomeError> {
    let bytes = path.as_bytes();
    let mut dir = run.home.dir().again().at("open the directory of", path)?;
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        let above = ancestor(path, at);
        let name = above.name();
        let private = name == ".ssh" || name == ".gnupg";
        dir = match dir.open(name) {
            Err(Errno::NOENT) => {
                if run.made.add(above.clone()) {
                    run.made.write(run.home, &run.state)?;
                }
                let made = dir.make(name, if private { 0o700 } else { 0o777 });
                match made {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno).at("make the directory", &above),
                }
                let touched = dir.again().and_then(|dir| run.touched.add(Some(dir)));
                touched.at("open the directory of", &above)?;
                dir.open(name).at("open the directory", &above)?
            }
            opened => opened.at("open the directory", &above)?,
        };
    }
    Ok(dir)
}

/// Gives the new file owner, mode and extended attributes of the live one. It
/// is new all the same: programs see by its time that it changed.
fn take_over(live: &File, file: &File) -> rustix::io::Result<()> {
    let stat = rustix::fs::fstat(live)?;
    attributes::copy(live, &stat, file)?;
    if rustix::fs::fstat(file)?.st_gid != stat.st_gid {
        // Another group must not get the rights of one that nhmt may not give.
        let others = (stat.st_mode & 0o7) << 3;
        let mode = stat.st_mode & 0o7777 & !(0o070 & !others);
        rustix::fs::fchmod(file, Mode::from_raw_mode(mode))?;
    }
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    let times = Timestamps {
        last_access: now,
        last_modification: now,
    };
    rustix::fs::futimens(file, &times)
}

/// What to make: the content, what it is to replace, and its permission bits
/// where they are to change.
pub(super) type Wanted<'a> = (&'a Fresh, &'a Old, Option<u32>);

/// Makes the new file for `path`, which is in `dir`, at `slot`. It gets that
/// name when it is whole and on the disk.
pub(super) fn stage(
    tree: &Path,
    dir: &Dir,
    slot: &Slot,
    path: &HomePath,
    wanted: Wanted<'_>,
) -> Result<Staged, HomeError> {
    let begun = begun(slot);
    let staged = write_at(tree, dir, &begun, path, wanted).and_then(|staged| {
        let moved = begun.dir.move_in(&begun.name, &slot.dir, &slot.name);
        moved.at("write", path).map(|()| staged)
    });
    if staged.is_err() {
        let _ = begun.dir.unlink(&begun.name);
    }
    staged
}

fn write_at(
    tree: &Path,
    dir: &Dir,
    slot: &Slot,
    path: &HomePath,
    (fresh, old, mode): Wanted<'_>,
) -> Result<Staged, HomeError> {
    let mut file = slot.dir.create_file(&slot.name, 0o600).at("write", path)?;
    let copied = match fresh {
        Fresh::Text(text) => file.write_all(text.as_bytes()),
        Fresh::Declared => std::io::copy(&mut look::declared(tree, path)?, &mut file).map(drop),
    };
    copied.map_err(|error| errno(&error)).at("write", path)?;
    if let Old::Known(_) | Old::Kept(_) = old {
        match dir.open_file(path.name(), false) {
            Ok(live) => take_over(&live, &file).at("keep owner and attributes of", path)?,
            // It is another by now, which is seen when it comes out.
            Err(Errno::NOENT | Errno::LOOP) => {}
            Err(errno) => return Err(errno).at("keep owner and attributes of", path),
        }
    }
    if let Some(mode) = mode {
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode)).at("set the mode of", path)?;
    }
    rustix::fs::fsync(&file).at("bring to the disk", path)?;
    let stat = rustix::fs::fstat(&file).at("look at", path)?;
    Ok(Staged {
        inode: Identity::of(&stat).inode,
        content: digest_of(&slot.dir, &slot.name).at("read", path)?,
        lines: None,
    })
}
