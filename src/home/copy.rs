//! Copies between mounts, where a rename cannot go, and for restoring.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, FileType, Gid, Mode, Stat, Uid};
use rustix::io::{Errno, Result};
use sha2::{Digest as _, Sha256};

use super::dir::Dir;
use super::error::errno;
use super::{attributes, sparse};
use crate::manifest::Digest;

/// Copies `name` to `to/new`, which must not exist: a file, link or directory
/// with contents, holes, extended attributes, access lists, owner, mode and
/// modification time, synced. Two names of one file become two files. A pipe
/// or a socket is made again: nothing is in it.
pub(crate) fn copy(from: &Dir, name: &OsStr, to: &Dir, new: &OsStr) -> Result<()> {
    let stat = from.stat(name)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => {
            to.symlink(&from.read_link(name)?, new)?;
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            let (owner, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
            let _ = rustix::fs::chownat(to, new, Some(owner), Some(group), flags);
            rustix::fs::utimensat(to, new, &attributes::times(&stat), flags)
        }
        FileType::RegularFile => {
            let source = from.open_file(name, false)?;
            let copy = to.create_file(new, 0o600)?;
            sparse::copy(&source, &copy)?;
            attributes::copy(&source, &stat, &copy)?;
            rustix::fs::fsync(&copy)
        }
        FileType::Directory => {
            let source = from.open(name)?;
            to.make(new, 0o700)?;
            let copied = to.open(new)?;
            for (name, _) in source.entries()? {
                copy(&source, &name, &copied, &name)?;
            }
            attributes::copy(&source, &stat, &copied)?;
            copied.sync()
        }
        kind => make_special(to, new, kind, &stat),
    }
}

/// Makes a pipe, a socket, or for the superuser a device.
#[cfg(target_os = "linux")]
fn make_special(to: &Dir, new: &OsStr, kind: FileType, stat: &Stat) -> Result<()> {
    let mode = Mode::from_raw_mode(stat.st_mode & 0o7777);
    match rustix::fs::mknodat(to, new, kind, mode, stat.st_rdev) {
        Err(Errno::PERM) => return Err(Errno::OPNOTSUPP),
        done => done?,
    }
    let (owner, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let _ = rustix::fs::chownat(to, new, Some(owner), Some(group), flags);
    // The mask of the process does not count.
    to.set_mode(new, stat.st_mode & 0o777)
}

/// Other systems have no call that makes one in a directory.
#[cfg(not(target_os = "linux"))]
fn make_special(_to: &Dir, _new: &OsStr, _kind: FileType, _stat: &Stat) -> Result<()> {
    Err(Errno::OPNOTSUPP)
}

/// Whether two things have the same content. `EOPNOTSUPP` when only what is
/// beside the content differs, which a copy on another filesystem may lack.
pub(crate) fn is_equal(a: &Dir, name: &OsStr, b: &Dir, other: &OsStr) -> Result<bool> {
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
            let files = (a.open_file(name, false)?, b.open_file(other, false)?);
            let same = same_bytes(&files.0, &files.1).map_err(|error| errno(&error))?;
            Ok(same && attributes_of((&files.0, &left), (&files.1, &right))?)
        }
        FileType::Directory => {
            let dirs = (a.open(name)?, b.open(other)?);
            let (mut names, mut others) = (dirs.0.entries()?, dirs.1.entries()?);
            names.sort_by(|a, b| a.0.cmp(&b.0));
            others.sort_by(|a, b| a.0.cmp(&b.0));
            if names.iter().map(|n| &n.0).ne(others.iter().map(|n| &n.0)) {
                return Ok(false);
            }
            for (name, _) in &names {
                if !is_equal(&dirs.0, name, &dirs.1, name)? {
                    return Ok(false);
                }
            }
            attributes_of((&dirs.0, &left), (&dirs.1, &right))
        }
        FileType::Fifo | FileType::Socket => Ok(true),
        _ => Ok(left.st_rdev == right.st_rdev),
    }
}

fn attributes_of(left: (impl AsFd, &Stat), right: (impl AsFd, &Stat)) -> Result<bool> {
    if attributes::are_equal(left, right)? {
        return Ok(true);
    }
    Err(Errno::OPNOTSUPP)
}

/// Removes the file, link or directory `name` with everything in it: only for
/// backups and for originals in a private folder that were copied.
pub(crate) fn remove(dir: &Dir, name: &OsStr) -> Result<()> {
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
pub(crate) fn same_bytes(mut a: impl Read, mut b: impl Read) -> io::Result<bool> {
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
/// The digest of what the regular file `name` holds, or of where the link
/// `name` leads. All others hold nothing.
pub(crate) fn digest_of(dir: &Dir, name: &OsStr) -> Result<Digest> {
    match FileType::from_raw_mode(dir.stat(name)?.st_mode) {
        FileType::RegularFile => {
            let mut hash = Hasher(Sha256::new());
            let mut file = dir.open_file(name, false)?;
            io::copy(&mut file, &mut hash).map_err(|error| errno(&error))?;
            Ok(Digest::from(<[u8; 32]>::from(hash.0.finalize())))
        }
        FileType::Symlink => Ok(Digest::of(dir.read_link(name)?.as_bytes())),
        _ => Ok(Digest::of(b"")),
    }
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
