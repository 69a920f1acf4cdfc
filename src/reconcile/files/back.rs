//! What came out of the home in exchange for a new file, and its way back.

use rustix::io::Errno;

use super::decide::Old;
use super::look::digest_of;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeError};
use crate::manifest::{Digest, HomePath};
use crate::reconcile::aside::is_own_link;
use crate::reconcile::run::Run;
use crate::reconcile::work::Slot;

/// A new file before it is put in place.
pub(super) struct Staged {
    pub(super) inode: u64,
    pub(super) content: Digest,
}

/// Whether what came out is what the new file was made to replace.
pub(super) fn is_expected(run: &Run<'_>, slot: &Slot, old: &Old) -> rustix::io::Result<bool> {
    Ok(match old {
        Old::Absent => false,
        Old::Foreign => true,
        Old::OwnLink => is_own_link(run.home, &slot.dir, &slot.name)?,
        Old::Known(content) | Old::Kept(content) => {
            let stat = slot.dir.stat(&slot.name)?;
            let regular = Identity::of(&stat).kind == rustix::fs::FileType::RegularFile;
            // Asked first: what nobody writes to now, and is equal then, stays
            // equal.
            regular
                && slot.dir.is_at_rest(&slot.name)?
                && digest_of(&slot.dir, &slot.name)? == *content
        }
    })
}

/// Gives `path` back what came out of it. What somebody saved there meanwhile
/// is newer, and stays.
pub(super) fn put_back(
    run: &mut Run<'_>,
    dir: &Dir,
    path: &HomePath,
    slot: &Slot,
    staged: &Staged,
) -> Result<(), HomeError> {
    // Somebody may have written to the new file in its moment at the name.
    let is_staged = |slot: &Slot| {
        let stat = slot.dir.stat(&slot.name);
        stat.is_ok_and(|stat| Identity::of(&stat).inode == staged.inode)
            && slot.dir.is_at_rest(&slot.name).unwrap_or(false)
            && digest_of(&slot.dir, &slot.name).is_ok_and(|digest| digest == staged.content)
    };
    match dir.exchange(path.name(), &slot.dir, &slot.name) {
        Ok(Exchange::AtOnce | Exchange::InSteps) => {}
        Ok(Exchange::Overtaken(aside)) => {
            run.keep_held(path, &slot.beside(aside))?;
            if is_staged(slot) {
                return slot.dir.unlink(&slot.name).at("clean up for", path);
            }
            return run.keep_held(path, slot);
        }
        Err(Errno::NOENT) => {
            return match slot.dir.move_in(&slot.name, dir, path.name()) {
                Err(Errno::EXIST) => run.keep_held(path, slot),
                done => done.at("put back", path),
            };
        }
        Err(errno) => return Err(errno).at("put back", path),
    }
    if is_staged(slot) {
        return slot.dir.unlink(&slot.name).at("clean up for", path);
    }
    match dir.exchange(path.name(), &slot.dir, &slot.name) {
        Ok(Exchange::AtOnce | Exchange::InSteps) => run.keep_held(path, slot),
        Ok(Exchange::Overtaken(aside)) => {
            run.keep_held(path, &slot.beside(aside))?;
            run.keep_held(path, slot)
        }
        Err(Errno::NOENT) => match slot.dir.move_in(&slot.name, dir, path.name()) {
            Err(Errno::EXIST) => run.keep_held(path, slot),
            done => done.at("put back", path),
        },
        Err(errno) => Err(errno).at("put back", path),
    }
}
