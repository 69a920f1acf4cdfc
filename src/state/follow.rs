//! Brings to a published copy what changed in its source since.
//!
//! Each thing that changed is copied to the private folder and exchanged with
//! the copy before it; what comes out must be that copy. If it is not, somebody
//! writes in the root as well: theirs goes back, and the two are named.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::io::{Errno, Result};

use super::publish::{free, take_out};
use super::record::{Leaf, Record, Stamp, stamps};
use super::root::Root;
use crate::home::dir::Dir;
use crate::home::{AtPlace, Exchange, HomeError, copy};

/// How a copy stands to its source now.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// How many things were brought to the copy.
    pub(crate) changed: usize,
    /// The last of them: a path below the adopted one.
    pub(crate) last: Vec<u8>,
    /// What was changed in both, or cannot be brought over: paths below the
    /// adopted one.
    pub(crate) apart: Vec<Vec<u8>>,
}

/// Brings what changed in the source, `name` in `from`, to the copy in `root`,
/// whose name is in `parent`.
pub(crate) fn follow(
    root: &Root,
    record: &mut Record,
    (from, name): (&Dir, &OsStr),
    parent: &Dir,
) -> std::result::Result<Followed, HomeError> {
    let place = root.at(&record.path);
    let work = root.work()?;
    let now = stamps(from, name).at_path("look at what was at", &place)?;
    let mut follower = Follower {
        root,
        work,
        record,
        source: (from, name),
        parent,
        followed: Followed::default(),
    };
    follower.all(&now)?;
    let done = follower.followed;
    if done.changed > 0 {
        parent.sync().at_path("bring to the disk", place)?;
    }
    Ok(done)
}

struct Follower<'a> {
    root: &'a Root,
    work: Dir,
    record: &'a mut Record,
    source: (&'a Dir, &'a OsStr),
    parent: &'a Dir,
    followed: Followed,
}

impl Follower<'_> {
    fn all(&mut self, now: &BTreeMap<Vec<u8>, Stamp>) -> std::result::Result<(), HomeError> {
        let known: BTreeSet<Vec<u8>> = self.record.leaves.keys().cloned().collect();
        for below in known.iter().rev().filter(|below| !now.contains_key(*below)) {
            self.each(below, Self::gone)?;
        }
        for below in now.keys() {
            if self.is_as_copied(below, now[below])? {
                continue;
            }
            self.each(below, Self::fresh)?;
        }
        Ok(())
    }

    fn brought(&mut self, below: &[u8]) {
        self.followed.changed += 1;
        self.followed.last = below.to_vec();
    }

    fn each(
        &mut self,
        below: &[u8],
        act: fn(&mut Self, &[u8]) -> Result<bool>,
    ) -> std::result::Result<(), HomeError> {
        match act(self, below) {
            Ok(true) => self.brought(below),
            Ok(false) => self.followed.apart.push(below.to_vec()),
            // It changes while it is looked at: the next pass sees it.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::AGAIN) => {
                self.brought(below);
            }
            Err(errno) => {
                let place = self.root.at(&self.record.path);
                return Err(errno).at_path("follow the source of", place);
            }
        }
        Ok(())
    }

    /// Whether the source is what it was when it was copied.
    fn is_as_copied(&self, below: &[u8], now: Stamp) -> std::result::Result<bool, HomeError> {
        let Some(leaf) = self.record.leaves.get(below) else {
            return Ok(false);
        };
        if leaf.source != now {
            return Ok(false);
        }
        if !now.is_young(self.record.when) {
            return Ok(true);
        }
        let content = self
            .source(below)
            .and_then(|(dir, name)| copy::digest_of(&dir, &name));
        match content {
            Ok(content) => Ok(leaf.copies.last().is_some_and(|(_, copy)| *copy == content)),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(false),
            Err(errno) => {
                let place = self.root.at(&self.record.path);
                Err(errno).at_path("follow the source of", place)
            }
        }
    }

    /// The directory and the name of a thing in the source.
    fn source(&self, below: &[u8]) -> Result<(Dir, std::ffi::OsString)> {
        descend(self.source.0, self.source.1, below)
    }

    /// The same of the copy.
    fn place(&self, below: &[u8]) -> Result<(Dir, std::ffi::OsString)> {
        descend(self.parent, self.record.path.name(), below)
    }

    /// Something is no more in the source.
    fn gone(&mut self, below: &[u8]) -> Result<bool> {
        let (dir, _) = match self.place(below) {
            Err(Errno::NOENT) => {
                self.record.leaves.remove(below);
                return Ok(true);
            }
            place => place?,
        };
        let out = take_out(self.record, &dir, &self.work, below)?;
        if out {
            self.record.leaves.remove(below);
            dir.sync()?;
        }
        Ok(out)
    }

    /// Something is new in the source, or another than it was.
    fn fresh(&mut self, below: &[u8]) -> Result<bool> {
        let (from, name) = self.source(below)?;
        let stamp = Stamp::of(&from.stat(&name)?);
        let (dir, place) = self.place(below)?;
        let known = self.record.leaves.get(below).cloned();
        if stamp.is_directory() {
            return self.fresh_directory(below, (&from, &name), stamp, known.as_ref());
        }
        let slot = free(&self.work, "follow")?;
        let staged = copy::copy(&from, &name, &self.work, &slot).and_then(|()| {
            let digest = copy::digest_of(&self.work, &slot)?;
            let same =
                Stamp::of(&from.stat(&name)?) == stamp && copy::digest_of(&from, &name)? == digest;
            if !same {
                return Err(Errno::AGAIN);
            }
            Ok((Stamp::of(&self.work.stat(&slot)?), digest))
        });
        let staged = match staged {
            Ok(staged) => staged,
            Err(errno) => {
                copy::remove(&self.work, &slot)?;
                return Err(errno);
            }
        };
        let before = known.as_ref().and_then(|leaf| leaf.copies.last().copied());
        let copies = before.into_iter().chain([staged]).collect();
        let leaf = Leaf {
            source: stamp,
            copies,
        };
        self.remember(below, Some(leaf))?;
        let one_step = known
            .as_ref()
            .is_some_and(|leaf| leaf.source.is_leaf_like(&stamp));
        let moved = if one_step {
            self.exchange(below, (&dir, &place), &slot)
        } else {
            match take_out(self.record, &dir, &self.work, below) {
                Ok(true) => match self.work.move_in(&slot, &dir, &place) {
                    Err(Errno::EXIST) => Ok(false),
                    moved => moved.map(|()| true),
                },
                out => out,
            }
        };
        match moved {
            Ok(true) => dir.sync()?,
            // It stays as it was known: theirs is at the name.
            Ok(false) => {
                self.discard(&slot, below)?;
                self.remember(below, known)?;
            }
            // What is in the slot then may be somebody's.
            Err(_) => {}
        }
        moved
    }

    /// Removes a copy that is not put in place.
    fn discard(&self, slot: &OsStr, below: &[u8]) -> Result<()> {
        match self.work.stat(slot) {
            Err(Errno::NOENT) => return Ok(()),
            stat => drop(stat?),
        }
        if self.work.is_at_rest(slot)? && self.record.is_copy(&self.work, slot, below)? {
            copy::remove(&self.work, slot)?;
        }
        Ok(())
    }

    /// Exchanges the copy for a newer one; what comes out must be that copy.
    fn exchange(
        &mut self,
        below: &[u8],
        (dir, name): (&Dir, &OsStr),
        slot: &OsStr,
    ) -> Result<bool> {
        let newer = Stamp::of(&self.work.stat(slot)?);
        match dir.exchange(name, &self.work, slot) {
            Ok(Exchange::AtOnce | Exchange::InSteps) => {}
            // What came out is in the slot, what was to go in is aside.
            Ok(Exchange::Overtaken(aside)) => {
                copy::remove(&self.work, &aside)?;
                return match self.work.move_in(slot, dir, name) {
                    Err(Errno::EXIST) => Err(Errno::BUSY),
                    back => back.map(|()| false),
                };
            }
            Err(Errno::NOENT) => return Ok(false),
            Err(errno) => return Err(errno),
        }
        if self.work.is_at_rest(slot)? && self.record.is_copy(&self.work, slot, below)? {
            copy::remove(&self.work, slot)?;
            return Ok(true);
        }
        // Theirs goes back; what they saved over ours meanwhile is newer.
        match dir.exchange(name, &self.work, slot) {
            Ok(Exchange::AtOnce | Exchange::InSteps)
                if Stamp::of(&self.work.stat(slot)?) == newer =>
            {
                Ok(false)
            }
            _ => Err(Errno::BUSY),
        }
    }

    fn fresh_directory(
        &mut self,
        below: &[u8],
        (from, name): (&Dir, &OsStr),
        stamp: Stamp,
        known: Option<&Leaf>,
    ) -> Result<bool> {
        let (dir, place) = self.place(below)?;
        if known.is_some_and(|leaf| !leaf.source.is_directory())
            && !take_out(self.record, &dir, &self.work, below)?
        {
            return Ok(false);
        }
        match dir.make(&place, 0o700) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        let made = dir.open(&place)?;
        let source = from.open(name)?;
        crate::home::attributes::copy(&source, &source.stat_self()?, &made)?;
        made.sync()?;
        let copy = (
            Stamp::of(&dir.stat(&place)?),
            copy::digest_of(&dir, &place)?,
        );
        let leaf = Leaf {
            source: stamp,
            copies: vec![copy],
        };
        self.remember(below, Some(leaf))?;
        Ok(true)
    }

    /// Writes down what may be in the root from now on.
    fn remember(&mut self, below: &[u8], leaf: Option<Leaf>) -> Result<()> {
        match leaf {
            Some(leaf) => drop(self.record.leaves.insert(below.to_vec(), leaf)),
            None => drop(self.record.leaves.remove(below)),
        }
        self.record
            .append(self.root, below)
            .map_err(|error| Errno::from_io_error(&error.source).unwrap_or(Errno::IO))
    }
}

/// The directory and the name of the thing at `below` in the tree `name`.
fn descend(dir: &Dir, name: &OsStr, below: &[u8]) -> Result<(Dir, std::ffi::OsString)> {
    let mut dir = dir.again()?;
    let mut name = name.to_owned();
    for part in below.split(|&b| b == b'/').filter(|part| !part.is_empty()) {
        dir = dir.open(&name)?;
        OsStr::from_bytes(part).clone_into(&mut name);
    }
    Ok((dir, name))
}

/// The name of an adopted thing, for messages.
pub(crate) fn shown(record: &Record, below: &[u8]) -> String {
    if below.is_empty() {
        format!("~/{}", record.path)
    } else {
        format!("~/{}/{}", record.path, crate::manifest::Escaped(below))
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::super::publish::{Published, publish};
    use super::super::root::Owner;
    use super::*;
    use crate::manifest::{HomePath, Route, RouteKind, RouteMethod};

    /// How many bytes this thread has written so far, and by how many calls
    /// (proc(5), `/proc/PID/io`).
    fn written() -> (u64, u64) {
        let text = fs::read_to_string("/proc/thread-self/io").unwrap();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap().trim().parse().unwrap()
        };
        (value("wchar:"), value("syscw:"))
    }

    /// What is written while so many files that changed follow.
    fn following(files: usize) -> (u64, u64) {
        let temp = tempfile::tempdir().unwrap();
        let many = temp.path().join("home/many");
        fs::create_dir_all(&many).unwrap();
        let write = |round: usize| {
            for number in 0..files {
                let file = many.join(format!("{number}"));
                fs::write(file, format!("{round}: {number}")).unwrap();
            }
        };
        write(1);
        let root = Root::make(&temp.path().join("root"), Owner::me(0o700)).unwrap();
        let path = HomePath::new("many").unwrap();
        let route = Route {
            root: root.place().to_owned(),
            kind: RouteKind::Directory,
            method: RouteMethod::Symlink,
            mode: None,
            parent_mode: None,
        };
        let parent = root.make_parent(&path, &route, Owner::me(0o700)).unwrap();
        let from = Dir::open_path(&temp.path().join("home")).unwrap();
        let source = (&from, OsStr::new("many"));
        let Ok(Published::Done(mut record)) = publish(&root, &path, source, &parent) else {
            panic!("it was not published");
        };
        write(2);
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(many.join("0"), mode).unwrap();
        fs::remove_file(many.join("1")).unwrap();
        let before = written();
        let followed = follow(&root, &mut record, source, &parent).unwrap();
        let after = written();
        assert_eq!(followed.changed, files);
        assert_eq!(followed.apart, [b""; 0]);
        // It is remembered as it is held.
        assert_eq!(Record::read(&root, &path).unwrap().unwrap(), {
            let mut held = record.clone();
            // What is gone is forgotten by who holds it only.
            let on_disk = Record::read(&root, &path).unwrap().unwrap();
            let gone = on_disk.leaves.get(&b"1"[..]).cloned();
            held.leaves.insert(b"1".to_vec(), gone.unwrap());
            held
        });
        (after.0 - before.0, after.1 - before.1)
    }

    #[test]
    fn what_follows_is_written_down_once_however_much_it_is() {
        let (few, many) = (following(40), following(400));
        let within = |few: u64, many: u64| many <= 11 * few;
        assert!(
            within(few.0, many.0) && within(few.1, many.1),
            "bytes and calls: {few:?} for 40 files, {many:?} for 400"
        );
    }
}
