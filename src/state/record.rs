//! What nhmt has copied into a root, thing by thing: so that its own copy is
//! told apart from what others wrote there, and that what changes in the
//! source meanwhile is seen. `.nhmt/journal` has a file for each path that is
//! on its way, on the disk before its copy gets its name in the root.
//!
//! A tmpfs home takes its own journal with it; this one stays.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{FileType, Stat};
use rustix::io::{Errno, Result};

use super::root::Root;
use crate::home::copy;
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeError, errno, os};
use crate::manifest::{Digest, HomePath};

/// The folder of the records in the root's own room.
const NAME: &str = "journal";

/// What tells one state of a thing from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) modified: (i64, u64),
    pub(super) kind: FileType,
    pub(super) mode: u32,
}

impl Stamp {
    pub(super) fn of(stat: &Stat) -> Self {
        let identity = Identity::of(stat);
        let directory = identity.kind == FileType::Directory;
        Self {
            inode: identity.inode,
            // What is in a directory counts, not when that changed.
            size: if directory { 0 } else { identity.size },
            modified: if directory { (0, 0) } else { identity.modified },
            kind: identity.kind,
            mode: stat.st_mode & 0o7777,
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.kind == FileType::Directory
    }

    /// Whether a copy of this replaces a copy of the other by one exchange.
    pub(super) fn is_leaf_like(&self, other: &Self) -> bool {
        !self.is_directory() && !other.is_directory()
    }

    /// Whether it was modified so late that another change would not show.
    pub(super) fn is_young(&self, since: i64) -> bool {
        self.kind == FileType::RegularFile && self.modified.0 >= since - 2
    }
}

/// One thing of an adopted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The source as it was copied.
    pub(super) source: Stamp,
    /// The copies that nhmt may have put there: the one before, and the one
    /// that takes its place.
    pub(super) copies: Vec<(Stamp, Digest)>,
}

/// Device, inode, and when it was made.
pub(super) type Source = (u64, u64, Option<(i64, u32)>);

/// What of a path was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(super) path: HomePath,
    /// The source itself: device, inode, and when it was made, as far as the
    /// filesystem tells.
    pub(super) source: Source,
    /// When it was copied, in seconds since 1970.
    pub(super) when: i64,
    /// By their path below the adopted one, which itself is empty.
    pub(super) leaves: BTreeMap<Vec<u8>, Leaf>,
}

impl Record {
    pub(super) fn new(path: &HomePath, dir: &Dir, name: &OsStr) -> Result<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_secs());
        Ok(Self {
            path: path.clone(),
            source: identify(dir, name)?,
            when: i64::try_from(now).unwrap_or(i64::MAX),
            leaves: BTreeMap::new(),
        })
    }

    /// The path that was copied.
    pub(crate) fn path(&self) -> &HomePath {
        &self.path
    }

    /// Whether `name` in `dir` is the very thing that was copied. An inode's
    /// number can be given again, its birth cannot.
    pub(super) fn is_of(&self, dir: &Dir, name: &OsStr) -> bool {
        self.source.2.is_some() && identify(dir, name) == Ok(self.source)
    }

    /// Whether `name` in `dir` is what nhmt made for the thing at `below`, and
    /// nothing else.
    pub(super) fn is_copy(&self, dir: &Dir, name: &OsStr, below: &[u8]) -> Result<bool> {
        let Some(leaf) = self.leaves.get(below) else {
            return Ok(false);
        };
        let stamp = Stamp::of(&dir.stat(name)?);
        let known = leaf.copies.iter().filter(|(copy, _)| *copy == stamp);
        let known: Vec<_> = known.map(|(_, digest)| *digest).collect();
        if known.is_empty() {
            return Ok(false);
        }
        if !stamp.is_directory() {
            return Ok(known.contains(&copy::digest_of(dir, name)?));
        }
        let inside = dir.open(name)?;
        for (name, _) in inside.entries()? {
            if !self.is_copy(&inside, &name, &join(below, &name))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds what was copied to `name` in `dir`, with what it was copied from.
    pub(super) fn add_tree(
        &mut self,
        sources: &BTreeMap<Vec<u8>, Stamp>,
        (dir, name): (&Dir, &OsStr),
        below: &[u8],
    ) -> Result<()> {
        let stamp = Stamp::of(&dir.stat(name)?);
        let copy = (stamp, copy::digest_of(dir, name)?);
        let source = *sources.get(below).ok_or(Errno::AGAIN)?;
        let leaf = self.leaves.entry(below.to_vec()).or_insert(Leaf {
            source,
            copies: Vec::new(),
        });
        leaf.source = source;
        // The one before may be there still.
        leaf.copies = leaf.copies.last().copied().into_iter().collect();
        leaf.copies.push(copy);
        if stamp.is_directory() {
            let inside = dir.open(name)?;
            for (name, _) in inside.entries()? {
                self.add_tree(sources, (&inside, &name), &join(below, &name))?;
            }
        }
        Ok(())
    }

    /// The record of `path` in `root`, if there is one.
    pub(crate) fn read(
        root: &Root,
        path: &HomePath,
    ) -> std::result::Result<Option<Self>, HomeError> {
        let Some(own) = root.own()? else {
            return Ok(None);
        };
        let read = read(&own, &tag(path));
        let record = read.at_path("read", root.place().join(super::root::OWN))?;
        Ok(record.filter(|record| record.path == *path))
    }

    /// Brings the record to the disk, whole or not at all.
    pub(super) fn write(&self, root: &Root) -> std::result::Result<(), HomeError> {
        let own = root.room()?;
        let folder = own.open_or_make(os(NAME), 0o700);
        let written = folder.and_then(|folder| {
            self.write_in(&folder)?;
            own.sync()
        });
        written.at_path("write to", root.place().join(super::root::OWN))
    }

    fn write_in(&self, folder: &Dir) -> Result<()> {
        folder.write_whole(&tag(&self.path), self.text().as_bytes())?;
        folder.sync()
    }

    /// Brings to the disk what the record has of the thing at `below`, and so
    /// much only: what follows a source of many files would else write all of
    /// the record for each.
    pub(super) fn append(&self, root: &Root, below: &[u8]) -> std::result::Result<(), HomeError> {
        let own = root.room()?;
        let line = self.line(below);
        let appended = own.open(os(NAME)).and_then(|folder| {
            let mut file = folder.open_to_append(&tag(&self.path))?;
            file.write_all(line.as_bytes())
                .map_err(|error| errno(&error))?;
            rustix::fs::fsync(&file)
        });
        appended.at_path("write to", root.place().join(super::root::OWN))
    }

    /// The paths that have records.
    pub(crate) fn all(root: &Root) -> std::result::Result<Vec<HomePath>, HomeError> {
        let Some(own) = root.own()? else {
            return Ok(Vec::new());
        };
        let place = root.place().join(super::root::OWN);
        let folder = match own.open(os(NAME)) {
            Err(Errno::NOENT) => return Ok(Vec::new()),
            folder => folder.at_path("open", &place)?,
        };
        let mut paths = Vec::new();
        for (name, _) in folder.entries().at_path("list", &place)? {
            match read(&own, &name).at_path("read", &place)? {
                Some(record) => paths.push(record.path),
                // Never whole, or damaged: it says nothing.
                None => folder.unlink(&name).at_path("clean up", &place)?,
            }
        }
        if paths.is_empty() {
            let _ = own.remove_dir(os(NAME));
        }
        Ok(paths)
    }

    /// Removes the record: what is in the root is nobody's copy any more.
    pub(crate) fn remove(root: &Root, path: &HomePath) -> std::result::Result<(), HomeError> {
        let Some(own) = root.own()? else {
            return Ok(());
        };
        let removed = match own.open(os(NAME)) {
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(errno),
            Ok(folder) => match folder.unlink(&tag(path)) {
                Ok(()) | Err(Errno::NOENT) => {
                    drop(folder);
                    let _ = own.remove_dir(os(NAME));
                    own.sync()
                }
                Err(errno) => Err(errno),
            },
        };
        removed.at_path("remove a record in", root.place().join(super::root::OWN))
    }
}

fn read(own: &Dir, name: &OsStr) -> Result<Option<Record>> {
    let folder = match own.open(os(NAME)) {
        Err(Errno::NOENT) => return Ok(None),
        folder => folder?,
    };
    let mut bytes = Vec::new();
    match folder.open_file(name, false) {
        Err(Errno::NOENT) => return Ok(None),
        file => file?
            .read_to_end(&mut bytes)
            .map_err(|error| errno(&error))?,
    };
    Ok(Record::parse(&String::from_utf8_lossy(&bytes)))
}

/// What is at `name` in `dir` and below, each with what tells its state.
pub(super) fn stamps(dir: &Dir, name: &OsStr) -> Result<BTreeMap<Vec<u8>, Stamp>> {
    fn walk(
        dir: &Dir,
        name: &OsStr,
        below: &[u8],
        all: &mut BTreeMap<Vec<u8>, Stamp>,
    ) -> Result<()> {
        let stamp = Stamp::of(&dir.stat(name)?);
        all.insert(below.to_vec(), stamp);
        if stamp.is_directory() {
            let inside = dir.open(name)?;
            for (name, _) in inside.entries()? {
                match walk(&inside, &name, &join(below, &name), all) {
                    // It went meanwhile.
                    Err(Errno::NOENT) => {}
                    walked => walked?,
                }
            }
        }
        Ok(())
    }
    let mut all = BTreeMap::new();
    walk(dir, name, b"", &mut all)?;
    Ok(all)
}

pub(super) fn join(below: &[u8], name: &OsStr) -> Vec<u8> {
    let mut path = below.to_vec();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name.as_bytes());
    path
}

/// The name that stands for a path.
pub(crate) fn tag(path: &HomePath) -> OsString {
    let digest = Digest::of(path.as_bytes()).to_string();
    OsString::from(&digest[..16])
}

#[cfg(target_os = "linux")]
fn identify(dir: &Dir, name: &OsStr) -> Result<Source> {
    use rustix::fs::{AtFlags, StatxFlags, statx};
    let identity = Identity::of(&dir.stat(name)?);
    let found = statx(dir, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BTIME).ok();
    let found = found
        .filter(|found| StatxFlags::from_bits_retain(found.stx_mask).contains(StatxFlags::BTIME));
    let born = found.map(|found| (found.stx_btime.tv_sec, found.stx_btime.tv_nsec));
    Ok((identity.device, identity.inode, born))
}

/// Only Linux is asked for it.
#[cfg(not(target_os = "linux"))]
fn identify(dir: &Dir, name: &OsStr) -> Result<Source> {
    let identity = Identity::of(&dir.stat(name)?);
    Ok((identity.device, identity.inode, None))
}
