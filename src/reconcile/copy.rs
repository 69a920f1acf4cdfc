//! Copies between mounts, where a rename cannot go, and for restoring.

use std::ffi::OsStr;
use std::io::{self, Read};

use rustix::fs::{FileType, Mode, Timespec, Timestamps};
use rustix::io::{Errno, Result};

use super::directories::errno;
use crate::home::dir::Dir;

/// Copies the file, link or directory `name` to `to/new`, which must not
/// exist: contents, modes and modification times, synced. Extended attributes
/// are not copied.
pub(super) fn copy(from: &Dir, name: &OsStr, to: &Dir, new: &OsStr) -> Result<()> {
    let stat = from.stat(name)?;
    let mode = Mode::from_raw_mode(stat.st_mode & 0o7777);
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => to.symlink(&from.read_link(name)?, new),
        FileType::RegularFile => {
            let mut source = from.open_file(name, false)?;
            let mut copy = to.create_file(new, 0o600)?;
            io::copy(&mut source, &mut copy).map_err(|error| errno(&error))?;
            rustix::fs::fchmod(&copy, mode)?;
            rustix::fs::futimens(&copy, &times(&stat))?;
            rustix::fs::fsync(&copy)
        }
        FileType::Directory => {
            let source = from.open(name)?;
            to.make(new, 0o700)?;
            let copied = to.open(new)?;
            for (name, _) in source.entries()? {
                copy(&source, &name, &copied, &name)?;
            }
            rustix::fs::fchmod(&copied, mode)?;
            rustix::fs::futimens(&copied, &times(&stat))?;
            copied.sync()
        }
        _ => Err(Errno::OPNOTSUPP),
    }
}

/// Whether two files, links or directories have the same content.
pub(super) fn is_equal(a: &Dir, name: &OsStr, b: &Dir, other: &OsStr) -> Result<bool> {
    let (left, right) = (a.stat(name)?, b.stat(other)?);
    let kind = FileType::from_raw_mode(left.st_mode);
    if kind != FileType::from_raw_mode(right.st_mode) {
        return Ok(false);
    }
    match kind {
        FileType::Symlink => Ok(a.read_link(name)? == b.read_link(other)?),
        FileType::RegularFile => {
            if left.st_size != right.st_size {
                return Ok(false);
            }
            let (left, right) = (a.open_file(name, false)?, b.open_file(other, false)?);
            same_bytes(left, right).map_err(|error| errno(&error))
        }
        FileType::Directory => {
            let (left, right) = (a.open(name)?, b.open(other)?);
            let (mut names, mut others) = (left.entries()?, right.entries()?);
            names.sort_by(|a, b| a.0.cmp(&b.0));
            others.sort_by(|a, b| a.0.cmp(&b.0));
            if names.iter().map(|n| &n.0).ne(others.iter().map(|n| &n.0)) {
                return Ok(false);
            }
            for (name, _) in &names {
                if !is_equal(&left, name, &right, name)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Removes the file, link or directory `name` with everything in it: only for
/// backups and for originals in a private folder that were copied.
pub(super) fn remove(dir: &Dir, name: &OsStr) -> Result<()> {
    let stat = match dir.stat(name) {
        Err(Errno::NOENT) => return Ok(()),
        other => other?,
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return dir.unlink(name);
    }
    // A directory that may not be read or written keeps what is in it.
    if stat.st_mode & 0o700 != 0o700 {
        dir.set_mode(name, 0o700)?;
    }
    let inside = dir.open(name)?;
    for (name, _) in inside.entries()? {
        remove(&inside, &name)?;
    }
    dir.remove_dir(name)
}

/// Whether two readers give the same bytes.
pub(super) fn same_bytes(mut a: impl Read, mut b: impl Read) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let read = a.read(&mut left)?;
        if read == 0 {
            return Ok(b.read(&mut right)? == 0);
        }
        match b.read_exact(&mut right[..read]) {
            Ok(()) if left[..read] == right[..read] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

// The type of the time fields differs between platforms.
#[allow(clippy::unnecessary_cast, clippy::cast_possible_wrap)]
fn times(stat: &rustix::fs::Stat) -> Timestamps {
    let time = |tv_sec, tv_nsec| Timespec { tv_sec, tv_nsec };
    Timestamps {
        last_access: time(stat.st_atime as i64, stat.st_atime_nsec as _),
        last_modification: time(stat.st_mtime as i64, stat.st_mtime_nsec as _),
    }
}
