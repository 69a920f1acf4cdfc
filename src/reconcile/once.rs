//! Equal backups are stored once: one becomes a further name of the other.
//!
//! A backup may be known by its place, because the bridge led there, so that a
//! program can open it at any moment. Therefore it is taken from there first,
//! and only discarded when nobody has it open then and nobody has changed it.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{FileType, Stat};
use rustix::io::{Errno, Result};
use sha2::{Digest as _, Sha256};

use super::directories::errno;
use super::keep::Keeper;
use super::run::Run;
use super::work::Slot;
use crate::home::dir::Identity;
use crate::home::{AtPlace, HomeError, copy};
use crate::manifest::{Digest, HomePath};

/// What the names in private folders end in of backups that give way to an
/// equal one, or are to take the place of one.
const STORED: &str = ".stored";

/// Whether a name in a private folder is one of those.
pub(super) fn is_stored(name: &OsStr) -> bool {
    name.as_bytes().ends_with(STORED.as_bytes())
}

impl Run<'_> {
    /// Stores the content of the backup in `slot` once: when an equal one is
    /// known, the backup becomes a further name of it. Only regular files with
    /// no other name, of the same owner and mode, and only when nobody can
    /// write to one of the two: what is written later would be lost with the
    /// one, or change both. Called when everything was moved.
    pub(super) fn store_once(
        &mut self,
        path: &HomePath,
        slot: &Slot,
    ) -> std::result::Result<(), HomeError> {
        let stored = self.keeper.stored(slot);
        let Some((known, before)) = stored.at("store the backup of", path)? else {
            return Ok(());
        };
        let folder = self
            .work
            .in_state()
            .at("write to the private folder for", path)?;
        let mut twin = self.work.slot_in(&folder);
        twin.name.push(STORED);
        // It has too many names, or its filesystem has no further ones: then
        // it is stored twice.
        if known
            .dir
            .hard_link(&known.name, &twin.dir, &twin.name)
            .is_err()
        {
            return Ok(());
        }
        if slot
            .dir
            .exchange_at_once(&slot.name, &twin.dir, &twin.name)
            .is_err()
        {
            return twin.dir.unlink(&twin.name).at("clean up for", path);
        }
        let original = twin;
        let unchanged = original
            .dir
            .stat(&original.name)
            .is_ok_and(|stat| Identity::of(&stat) == Identity::of(&before));
        if unchanged && are_one(&original, &known) {
            return original.dir.unlink(&original.name).at("clean up for", path);
        }
        self.return_original(path, slot, &original, &known)
    }

    /// Puts a backup back to its place: somebody writes to it, or has.
    fn return_original(
        &mut self,
        path: &HomePath,
        slot: &Slot,
        original: &Slot,
        known: &Slot,
    ) -> std::result::Result<(), HomeError> {
        let (dir, name) = (&original.dir, &original.name);
        match slot.dir.exchange_at_once(&slot.name, dir, name) {
            Ok(()) => {}
            Err(Errno::NOENT) => {
                return match dir.move_in(name, &slot.dir, &slot.name) {
                    Ok(()) => Ok(()),
                    Err(_) => self.keep_held(path, original),
                };
            }
            Err(_) => return self.keep_held(path, original),
        }
        // What came out is the further name, or what somebody has put there.
        if is_same_file(original, known) {
            return dir.unlink(name).at("clean up for", path);
        }
        self.keep_held(path, original)
    }

    /// What a run that was cut off had in a private folder for this: it goes
    /// when there is an equal one.
    pub(super) fn settle_stored(
        &mut self,
        name: &HomePath,
        slot: &Slot,
    ) -> std::result::Result<(), HomeError> {
        let known = self.keeper.find_stored(slot);
        match known.at("look for the like of", name)? {
            Some(known) if is_same_file(slot, &known) || are_one(slot, &known) => {
                slot.dir.unlink(&slot.name).at("clean up for", name)
            }
            _ => self.keep_held(name, slot),
        }
    }
}

impl Keeper {
    /// The equal of the backup in `slot` that is stored already, and what the
    /// backup is. When there is none, it becomes the one that is.
    fn stored(&self, slot: &Slot) -> Result<Option<(Slot, Stat)>> {
        let stat = slot.dir.stat(&slot.name)?;
        let Some(name) = object_name(slot, &stat)? else {
            return Ok(None);
        };
        let objects = self.objects()?;
        match slot.dir.hard_link(&slot.name, &objects, &name) {
            Err(Errno::EXIST) => {}
            // Where there are no hard links, it is stored twice.
            Ok(()) | Err(_) => return Ok(None),
        }
        let known = Slot::new(&objects, name);
        // Asked once more when the backup is where nobody knows it.
        let rest = |slot: &Slot| slot.dir.is_at_rest(&slot.name);
        let may_be = has_same_attributes(&known, &stat)? && rest(&known)? && rest(slot)?;
        Ok(may_be.then_some((known, stat)))
    }

    /// The one that is stored of what is in `slot`.
    fn find_stored(&self, slot: &Slot) -> Result<Option<Slot>> {
        // It may be a further name of it.
        let mut stat = slot.dir.stat(&slot.name)?;
        stat.st_nlink = 1;
        let Some(name) = object_name(slot, &stat)? else {
            return Ok(None);
        };
        let known = Slot::new(&self.objects()?, name);
        match known.dir.stat(&known.name) {
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno),
            Ok(_) => Ok(Some(known)),
        }
    }
}

/// The name that the content of a backup is stored under; `None` when it is
/// not one to store.
fn object_name(slot: &Slot, stat: &Stat) -> Result<Option<OsString>> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || stat.st_nlink != 1 {
        return Ok(None);
    }
    let mut file = match slot.dir.open_file(&slot.name, false) {
        // A file that its owner may not read is kept as well.
        Err(Errno::ACCESS) => return Ok(None),
        file => file?,
    };
    let mut hash = Hasher(Sha256::new());
    io::copy(&mut file, &mut hash).map_err(|error| errno(&error))?;
    let digest = Digest::from(<[u8; 32]>::from(hash.0.finalize()));
    let mode = stat.st_mode & 0o7777;
    Ok(Some(OsString::from(format!("{digest}-{mode:o}"))))
}

/// Whether one of the two can go: nobody writes to either, which is asked
/// first, and they are equal.
fn are_one(slot: &Slot, known: &Slot) -> bool {
    let stat = slot.dir.stat(&slot.name);
    slot.dir.is_at_rest(&slot.name) == Ok(true)
        && known.dir.is_at_rest(&known.name) == Ok(true)
        && stat.is_ok_and(|stat| has_same_attributes(known, &stat) == Ok(true))
        && copy::is_equal(&slot.dir, &slot.name, &known.dir, &known.name) == Ok(true)
}

fn has_same_attributes(known: &Slot, stat: &Stat) -> Result<bool> {
    let attributes = |stat: &Stat| (stat.st_uid, stat.st_gid, stat.st_mode);
    Ok(attributes(&known.dir.stat(&known.name)?) == attributes(stat))
}

/// Whether both are names of one file.
fn is_same_file(slot: &Slot, other: &Slot) -> bool {
    let file = |slot: &Slot| {
        let identity = Identity::of(&slot.dir.stat(&slot.name).ok()?);
        Some((identity.device, identity.inode))
    };
    file(slot).is_some() && file(slot) == file(other)
}

struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
