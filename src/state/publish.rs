//! Brings a copy of a path into the root, and takes it out again while nobody
//! else has touched it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;
use rustix::io::{Errno, Result};

use super::record::{Record, stamps, tag};
use super::root::Root;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeError, copy, os};
use crate::manifest::HomePath;

/// So often a source is copied anew because somebody writes to it.
const TRIES: usize = 4;

/// What became of a copy that was to be published.
#[derive(Debug)]
pub(crate) enum Published {
    /// It has its name in the root.
    Done(Record),
    /// The source was changed each time, while it was copied.
    InMotion,
    /// Something else has the name in the root.
    Taken,
}

/// Copies `name` in `from`, the path `path` of a home, and gives the copy its
/// name in `root`: when it is whole, on the disk and equal to the source, and
/// never in the place of anything but an empty directory. `parent` is the
/// directory of the path in the root.
pub(crate) fn publish(
    root: &Root,
    path: &HomePath,
    (from, name): (&Dir, &OsStr),
    parent: &Dir,
) -> std::result::Result<Published, HomeError> {
    let work = root.work()?;
    let slot = staged(path);
    for _ in 0..TRIES {
        let record = stage(path, (from, name), &work, &slot);
        let record = record.at_path("copy to the persistent directory", root.at(path))?;
        let Some(record) = record else {
            continue;
        };
        record.write(root)?;
        let moved = move_to_place(&work, &slot, parent, path.name());
        match moved {
            Ok(()) => return Ok(Published::Done(record)),
            Err(errno) => {
                let removed = copy::remove(&work, &slot);
                Record::remove(root, path)?;
                removed.at_path("clean up for", root.at(path))?;
                if errno == Errno::EXIST {
                    return Ok(Published::Taken);
                }
                return Err(errno).at_path("put in place", root.at(path));
            }
        }
    }
    Ok(Published::InMotion)
}

/// A copy of `name` in `from` at `slot`, with its record; `None` when the
/// source was changed meanwhile.
fn stage(
    path: &HomePath,
    (from, name): (&Dir, &OsStr),
    work: &Dir,
    slot: &OsStr,
) -> Result<Option<Record>> {
    // Only nhmt writes there: a copy that was never whole, or never published.
    copy::remove(work, slot)?;
    let staged = copy_whole(path, (from, name), work, slot);
    if !matches!(staged, Ok(Some(_))) {
        let _ = copy::remove(work, slot);
    }
    match staged {
        // It went, or became something else, while it was copied.
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::AGAIN) => Ok(None),
        staged => staged,
    }
}

fn copy_whole(
    path: &HomePath,
    (from, name): (&Dir, &OsStr),
    work: &Dir,
    slot: &OsStr,
) -> Result<Option<Record>> {
    let mut record = Record::new(path, from, name)?;
    let before = stamps(from, name)?;
    copy::copy(from, name, work, slot)?;
    // Read again, in full: what a program writes shows in its times only after
    // the kernel's tick.
    if !copy::is_equal(from, name, work, slot)? || stamps(from, name)? != before {
        return Ok(None);
    }
    record.add_tree(&before, (work, slot), b"")?;
    work.sync()?;
    Ok(Some(record))
}

/// Gives the copy its name. An empty directory there gives way: the kernel
/// removes no other.
fn move_to_place(work: &Dir, slot: &OsStr, parent: &Dir, name: &OsStr) -> Result<()> {
    match parent.remove_dir(name) {
        Ok(()) | Err(Errno::NOENT | Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST) => {}
        Err(errno) => return Err(errno),
    }
    work.move_in(slot, parent, name)?;
    parent.sync()
}

/// Whether what `root` has at `path` is the copy of the record, and nothing
/// else.
pub(crate) fn is_own_copy(record: &Record, parent: &Dir, name: &OsStr) -> Result<bool> {
    match record.is_copy(parent, name, b"") {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(false),
        is_copy => is_copy,
    }
}

/// Takes the copy of `record` out of the root, and removes it when nobody has
/// changed it or writes to it. Gives whether nothing of it is left there.
pub(crate) fn unpublish(root: &Root, record: &Record) -> std::result::Result<bool, HomeError> {
    let path = &record.path;
    let Some(parent) = root.parent(path)? else {
        Record::remove(root, path)?;
        return Ok(true);
    };
    let work = root.work()?;
    let gone = take_out(record, &parent, &work, b"");
    let gone = gone.at_path("take back the copy at", root.at(path))?;
    if gone {
        let synced = parent.sync();
        synced.at_path("bring to the disk", root.at(path))?;
        Record::remove(root, path)?;
    }
    Ok(gone)
}

/// Moves the copy of the thing at `below`, whose name is in `parent`, out of
/// the root and removes it if it is nhmt's alone. `false`: it is not, and has
/// its name.
pub(super) fn take_out(record: &Record, parent: &Dir, work: &Dir, below: &[u8]) -> Result<bool> {
    let name = name_of(record, below);
    let out = free(work, "out")?;
    match parent.move_out(&name, work, &out) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(true),
        Err(errno) => return Err(errno),
    }
    // Asked first: what nobody writes to now, and is ours then, stays ours.
    let ours = work.is_at_rest(&out)? && record.is_copy(work, &out, below)?;
    if ours {
        copy::remove(work, &out)?;
        return Ok(true);
    }
    match work.move_in(&out, parent, &name) {
        // Somebody has taken the name: both stay, and the private one is
        // named by `nhmt doctor`.
        Err(Errno::EXIST) => Err(Errno::BUSY),
        back => back.map(|()| false),
    }
}

pub(super) fn name_of(record: &Record, below: &[u8]) -> OsString {
    let last = below.rsplit(|&b| b == b'/').next().unwrap_or_default();
    if last.is_empty() {
        record.path.name().to_owned()
    } else {
        OsStr::from_bytes(last).to_owned()
    }
}

/// A name in the private folder that is free.
pub(crate) fn free(work: &Dir, what: &str) -> Result<OsString> {
    for number in 1_u32.. {
        let name = format!("{what}-{number}");
        match work.stat(os(&name)) {
            Ok(_) => {}
            Err(Errno::NOENT) => return Ok(name.into()),
            Err(errno) => return Err(errno),
        }
    }
    Err(Errno::EXIST)
}

/// Where the copy of a path is made.
fn staged(path: &HomePath) -> OsString {
    let mut name = OsString::from("copy-");
    name.push(tag(path));
    name
}

/// Whether everything that lies at `name` in `a` lies in `b` as well, with
/// equal content.
pub(crate) fn is_within(a: &Dir, name: &OsStr, b: &Dir, other: &OsStr) -> Result<bool> {
    let kind = |dir: &Dir, name: &OsStr| Ok(FileType::from_raw_mode(dir.stat(name)?.st_mode));
    let (left, right) = match (kind(a, name), kind(b, other)) {
        (_, Err(Errno::NOENT)) => return Ok(false),
        (left, right) => (left?, right?),
    };
    if (left, right) != (FileType::Directory, FileType::Directory) {
        return match copy::is_equal(a, name, b, other) {
            // Only what is beside the content differs.
            Err(Errno::OPNOTSUPP) => Ok(true),
            equal => equal,
        };
    }
    let (left, right) = (a.open(name)?, b.open(other)?);
    for (name, _) in left.entries()? {
        if !is_within(&left, &name, &right, &name)? {
            return Ok(false);
        }
    }
    Ok(true)
}
