//! Removes what was copied elsewhere, one thing at a time: each first leaves the
//! place where a program may know it, and goes only when nobody has it open
//! then and it is equal to the copy. The directory may be one in which a
//! program is at work.

use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{FileType, Mode};
use rustix::io::{Errno, Result};

use super::work::Slot;
use crate::home::copy;
use crate::home::dir::Dir;

/// What the names in private folders end in of things that are on their way
/// out of what was copied.
const OUT: &str = ".out";

/// The name in a private folder of what something on its way out belongs to.
pub(super) fn belongs_to(name: &OsStr) -> Option<&OsStr> {
    let bytes = name.as_bytes();
    let end = bytes
        .windows(OUT.len())
        .rposition(|part| part == OUT.as_bytes())?;
    Some(OsStr::from_bytes(&bytes[..end]))
}

/// What is left of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rest {
    /// Nothing.
    Nothing,
    /// What is not in the copy, or other than in the copy.
    More,
    /// What a program may still write to.
    InUse,
}

/// Removes what is in `slot`, in a private folder, as far as it is equal to
/// `copied`. What could not go back to its place in it is added to `strays`.
pub(super) fn discard_copied(slot: &Slot, copied: &Slot, strays: &mut Vec<Slot>) -> Result<Rest> {
    let copied = Some((&*copied.dir, &*copied.name));
    Discard { slot, strays }.thing(&slot.dir, &slot.name, copied)
}

struct Discard<'a> {
    slot: &'a Slot,
    strays: &'a mut Vec<Slot>,
}

impl Discard<'_> {
    fn thing(&mut self, dir: &Dir, name: &OsStr, copied: Option<(&Dir, &OsStr)>) -> Result<Rest> {
        let stat = match dir.stat(name) {
            Err(Errno::NOENT) => return Ok(Rest::Nothing),
            stat => stat?,
        };
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            return self.single(dir, name, copied);
        }
        let inside = dir.open(name)?;
        let copy = copied.and_then(|(dir, name)| dir.open(name).ok());
        let mode = stat.st_mode & 0o7777;
        // A directory that may not be written to keeps what is in it.
        let locked = mode & 0o700 != 0o700;
        if locked {
            rustix::fs::fchmod(inside.as_fd(), Mode::from_raw_mode(mode | 0o700))?;
        }
        let mut rest = Rest::Nothing;
        for (name, _) in inside.entries()? {
            let copied = copy.as_ref().map(|copy| (copy, &*name));
            rest = rest.max(self.thing(&inside, &name, copied)?);
        }
        match dir.remove_dir(name) {
            Ok(()) | Err(Errno::NOENT) => return Ok(rest),
            // Something stays in it, or came meanwhile.
            Err(Errno::NOTEMPTY | Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        if locked {
            rustix::fs::fchmod(inside.as_fd(), Mode::from_raw_mode(mode))?;
        }
        Ok(rest.max(Rest::More))
    }

    /// Anything but a directory.
    fn single(&mut self, dir: &Dir, name: &OsStr, copied: Option<(&Dir, &OsStr)>) -> Result<Rest> {
        let out = self.free()?;
        match dir.move_out(name, &out.dir, &out.name) {
            Err(Errno::NOENT) => return Ok(Rest::Nothing),
            moved => moved?,
        }
        let in_use = out.dir.is_at_rest(&out.name) != Ok(true);
        let is_equal = |(dir, name)| copy::is_equal(&out.dir, &out.name, dir, name) == Ok(true);
        if !in_use && copied.is_some_and(is_equal) {
            out.dir.unlink(&out.name)?;
            return Ok(Rest::Nothing);
        }
        if out.dir.move_in(&out.name, dir, name).is_err() {
            // Its name was taken.
            self.strays.push(out);
        }
        Ok(if in_use { Rest::InUse } else { Rest::More })
    }

    fn free(&self) -> Result<Slot> {
        for number in 0_u32.. {
            let mut name: OsString = self.slot.name.clone();
            name.push(OUT);
            if number > 0 {
                name.push(number.to_string());
            }
            match self.slot.dir.stat(&name) {
                Ok(_) => {}
                Err(Errno::NOENT) => return Ok(self.slot.beside(name)),
                Err(errno) => return Err(errno),
            }
        }
        Err(Errno::EXIST)
    }
}

/// Whether something in `name`, or that itself, is equal to what is in `slot`,
/// which nobody writes to.
pub(super) fn contains(dir: &Dir, name: &OsStr, slot: &Slot) -> Result<bool> {
    if !slot.dir.is_at_rest(&slot.name)? {
        return Ok(false);
    }
    has_equal(dir, name, slot)
}

fn has_equal(dir: &Dir, name: &OsStr, slot: &Slot) -> Result<bool> {
    let stat = match dir.stat(name) {
        Err(Errno::NOENT) => return Ok(false),
        stat => stat?,
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Ok(copy::is_equal(&slot.dir, &slot.name, dir, name) == Ok(true));
    }
    let inside = dir.open(name)?;
    for (name, _) in inside.entries()? {
        if has_equal(&inside, &name, slot)? {
            return Ok(true);
        }
    }
    Ok(false)
}
