//! What came out of the home in exchange for a new file, and its way back.

use std::io::Read;
use std::time::Duration;

use rustix::io::Errno;

use super::decide::Old;
use super::look::digest_of;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, Exchange, HomeError, Parent};
use crate::manifest::{Digest, HomePath};
use crate::reconcile::aside::is_own_link;
use crate::reconcile::directories::errno;
use crate::reconcile::predecessor::is_left_as;
use crate::reconcile::run::Run;
use crate::reconcile::work::Slot;

/// The last pause in which it is waited for programs that append lines.
const LONGEST: Duration = Duration::from_secs(3);

/// A new file before it is put in place.
pub(super) struct Staged {
    pub(super) inode: u64,
    pub(super) content: Digest,
    /// Its text, where programs append lines to such files.
    pub(super) lines: Option<String>,
}

/// Whether what came out is what the new file was made to replace.
pub(super) fn is_expected(
    run: &Run<'_>,
    path: &HomePath,
    slot: &Slot,
    old: &Old,
) -> rustix::io::Result<bool> {
    Ok(match old {
        Old::Absent => false,
        Old::Foreign => true,
        Old::OwnLink => {
            is_own_link(run.home, &slot.dir, &slot.name)?
                || is_left_as(&slot.dir, &slot.name, path)?
        }
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

/// Whether a program writes to what is to come out, or has since it was read.
pub(super) fn is_written(dir: &Dir, path: &HomePath, old: &Old) -> bool {
    let (Old::Known(content) | Old::Kept(content)) = old else {
        return false;
    };
    let now = digest_of(dir, path.name());
    now.is_ok_and(|now| now != *content) || !dir.is_at_rest(path.name()).unwrap_or(true)
}

/// Whether the kernel does not say who writes to the file at `path`.
pub(super) fn is_of_another(run: &Run<'_>, path: &HomePath) -> bool {
    let me = rustix::process::geteuid();
    let mut walker = run.home.walker();
    let Ok(Parent::Open(dir)) = walker.parent_of(path) else {
        return false;
    };
    let stat = dir.stat(path.name());
    !me.is_root() && stat.is_ok_and(|stat| stat.st_uid != me.as_raw())
}

/// Gives `path` back what came out of it. What somebody saved there meanwhile
/// is newer, and stays; lines that somebody appended there go to the end of
/// what is given back.
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
    let out = slot.dir.stat(&slot.name).at("look at what was at", path)?;
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
    if is_staged(slot) || brings_lines(dir, path, slot, staged, Identity::of(&out).inode) {
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

/// Appends the lines that the new file got in its moment at the name to the one
/// with this inode, which is there again; gives whether that was all that became
/// of it. Who opens a file for each line that it appends is done with it soon.
fn brings_lines(dir: &Dir, path: &HomePath, slot: &Slot, staged: &Staged, inode: u64) -> bool {
    let Some(text) = &staged.lines else {
        return false;
    };
    let mut pause = Duration::from_millis(1);
    while pause < LONGEST {
        if slot.dir.is_at_rest(&slot.name).unwrap_or(false) {
            let Ok(now) = content(slot, staged) else {
                return false;
            };
            let Some(more) = now.strip_prefix(text.as_bytes()) else {
                return false;
            };
            match dir.append_alone(path.name(), inode, more) {
                Ok(false) => {}
                done => return done.is_ok(),
            }
        }
        std::thread::sleep(pause);
        pause *= 2;
    }
    false
}

/// The content of the new file, if that is what is at the slot.
fn content(slot: &Slot, staged: &Staged) -> rustix::io::Result<Vec<u8>> {
    let mut file = slot.dir.open_file(&slot.name, false)?;
    if Identity::of(&rustix::fs::fstat(&file)?).inode != staged.inode {
        return Err(Errno::STALE);
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content)
        .map_err(|error| errno(&error))?;
    Ok(content)
}
