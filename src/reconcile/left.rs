//! Files that nhmt left in the home and that came out of it: a copy that becomes
//! a link, or lies in a directory that becomes one. As nhmt's own links they
//! need not be kept, as long as nobody has changed them; nor need links that
//! Home Manager left.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::files::Written;
use super::predecessor::is_left_as;
use super::run::Run;
use super::work::{Slot, tag};
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeError, copy};
use crate::manifest::HomePath;

/// What the names in private folders end in of such files; they start with the
/// [`tag`] of the path.
const LEFT: &str = ".left";

/// The tag in a name of such a file.
pub(super) fn tag_of_left(name: &OsStr) -> Option<&OsStr> {
    name.as_bytes()
        .strip_suffix(LEFT.as_bytes())
        .map(OsStr::from_bytes)
}

impl Run<'_> {
    /// Discards the file in `slot`, which was at `path`, if it is one that nhmt
    /// left there, and gives whether it did. Programs may know the slot, so
    /// that the file leaves it first.
    pub(super) fn discard_left(&mut self, path: &HomePath, slot: &Slot) -> Result<bool, HomeError> {
        if !self.is_left(path, slot)? {
            return Ok(false);
        }
        let folder = self.work.folder(&slot.dir).at("write beside", path)?;
        let mut name = tag(path);
        name.push(LEFT);
        let out = Slot::new(&folder, name);
        match slot.dir.move_out(&slot.name, &out.dir, &out.name) {
            Ok(()) => {}
            // What a run that was cut off has left is there still.
            Err(Errno::EXIST | Errno::NOENT) => return Ok(false),
            Err(errno) => return Err(errno).at("remove what was at", path),
        }
        if self.settle_left(path, &out)? {
            return Ok(true);
        }
        match out.dir.move_in(&out.name, &slot.dir, &slot.name) {
            Ok(()) => Ok(false),
            Err(_) => self.keep_held(path, &out).map(|()| true),
        }
    }

    /// Discards what is in `out`, where no program comes by it, if nhmt left it
    /// at `path` and nobody has it open.
    pub(super) fn settle_left(&mut self, path: &HomePath, out: &Slot) -> Result<bool, HomeError> {
        let at_rest = out.dir.is_at_rest(&out.name);
        // Asked first: what nobody writes to now, and is equal then, stays equal.
        if !at_rest.at("look at what was at", path)? || !self.is_left(path, out)? {
            return Ok(false);
        }
        out.dir.unlink(&out.name).at("remove what was at", path)?;
        Ok(true)
    }

    /// As [`Self::discard_left`], for the files in the directory in `slot`,
    /// which was at `path`.
    pub(super) fn discard_left_in(
        &mut self,
        path: &HomePath,
        slot: &Slot,
    ) -> Result<(), HomeError> {
        let inside = match slot.dir.open(&slot.name) {
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
            inside => std::rc::Rc::new(inside.at("open what was at", path)?),
        };
        for (name, kind) in inside.entries().at("list what was at", path)? {
            let Ok(below) = path.join(name.as_bytes()) else {
                continue;
            };
            let slot = Slot::new(&inside, name);
            match kind {
                FileType::RegularFile => drop(self.discard_left(&below, &slot)?),
                FileType::Directory => self.discard_left_in(&below, &slot)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes the copy in the backups of something that was discarded.
    pub(super) fn discard_copy(&mut self, path: &HomePath, set: &str) -> Result<(), HomeError> {
        let copied = self.keeper.find(set, path);
        match copied.at("look for the backup of", path)? {
            Some(copied) => copy::remove(&copied.dir, &copied.name).at("remove the copy of", path),
            None => Ok(()),
        }
    }

    /// Drops the records of those of `places` in the backups that nothing is at.
    pub(super) fn forget_unused(&mut self, places: &[(String, HomePath)]) {
        if places.is_empty() {
            return;
        }
        // Lines that stay are passed over, and `nhmt doctor` drops them.
        let _ = self.keeper.forget(places);
        for (set, path) in places {
            self.keeper.tidy(set, path);
        }
    }

    fn is_left(&mut self, path: &HomePath, slot: &Slot) -> Result<bool, HomeError> {
        if self.left.is_none() {
            self.left = Some(Written::read(self.home)?);
        }
        let (dir, name): (&Dir, _) = (&slot.dir, &slot.name);
        let stat = match dir.stat(name) {
            Err(Errno::NOENT) => return Ok(false),
            stat => stat.at("look at what was at", path)?,
        };
        if is_left_as(dir, name, path).at("look at what was at", path)? {
            return Ok(true);
        }
        let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let left = self.left.as_ref();
        Ok(regular && left.is_some_and(|left| left.has_left(path, dir, name)))
    }
}
