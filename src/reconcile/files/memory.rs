//! What nhmt left in files that are no links: `<state>/written`, a line for
//! each (`lines.rs`). A line that cannot be read is passed over: then a file
//! counts as somebody else's, and is kept.

use std::collections::BTreeMap;
use std::io::Read;

use rustix::fs::Stat;
use rustix::io::Errno;

use super::lines::{faults, line, parse};
use crate::home::dir::{Dir, Identity};
use crate::home::{AtPlace, HomeDir, HomeError, os};
use crate::manifest::{Digest, Format, HomePath, Method};
use crate::reconcile::directories::errno;

/// The file's name in the state directory.
const NAME: &str = "written";

/// How a remembered file arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Copy,
    Merge(Format),
    Block,
    Seed,
}

/// What tells that a file was not touched since nhmt left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) modified: (i64, u64),
}

impl Stamp {
    pub(super) fn of(stat: &Stat) -> Self {
        let Identity {
            inode,
            size,
            modified,
            ..
        } = Identity::of(stat);
        Self {
            inode,
            size,
            modified,
        }
    }
}

/// What is known of one file. Several contents and parts stand side by side
/// while a run is on its way: after a crash each of them is known as ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(super) kind: Kind,
    /// nhmt made the file; nobody had one there.
    pub(super) created: bool,
    /// The permission bits that were declared.
    pub(super) mode: u32,
    /// The digest of the index's entry that the file was brought to.
    pub(super) entry: [u8; 16],
    /// The file as it was left; `None` while a run is on its way.
    pub(super) stamp: Option<Stamp>,
    /// The whole contents that nhmt may have left.
    pub(super) contents: Vec<Digest>,
    /// The declared keys, or the block, that nhmt may have left in it.
    pub(super) parts: Vec<String>,
    /// Contents that may be on their way out, and are in the new one.
    pub(super) leaving: Vec<Digest>,
}

impl Record {
    /// Whether nhmt made the file and left it with this content.
    pub(super) fn is_own(&self, content: Digest) -> bool {
        self.created && self.contents.contains(&content)
    }

    /// Whether a run is on its way, or was cut off.
    pub(super) fn is_unsure(&self) -> bool {
        self.contents.len() > 1 || self.parts.len() > 1 || !self.leaving.is_empty()
    }

    /// Whether the file was about to be made when a run was cut off: nobody has
    /// seen it yet, so that its absence is no wish of anybody's.
    pub(super) fn is_about_to_be(&self) -> bool {
        self.created && self.stamp.is_none() && !self.leaving.is_empty()
    }

    /// Whether nothing is lost with a file of this content in a private
    /// folder.
    pub(super) fn knows(&self, content: Digest) -> bool {
        self.leaving.contains(&content) || self.is_own(content)
    }

    /// Whether nhmt may have put this content in place, or found it there.
    pub(super) fn may_be(&self, content: Digest) -> bool {
        self.contents.contains(&content) || self.leaving.contains(&content)
    }

    /// Whether both say the same of the file.
    pub(super) fn says(&self, other: Option<&Self>) -> bool {
        other.is_some_and(|other| {
            Self {
                stamp: None,
                ..self.clone()
            } == Self {
                stamp: None,
                ..other.clone()
            }
        })
    }

    /// What is remembered of the file while this may come in place of what
    /// `known` says: what it is stays as it was until it is changed.
    pub(super) fn beside(&self, known: Option<&Self>) -> Self {
        let mut ahead = known.unwrap_or(self).clone();
        ahead.stamp = None;
        merge(&mut ahead.parts, &self.parts);
        // What was somebody else's must not pass for ours.
        if ahead.created {
            merge(&mut ahead.contents, &self.contents);
        }
        ahead
    }
}

fn merge<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

/// All records, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written(BTreeMap<HomePath, Record>);

impl Written {
    /// What is remembered; nothing when there is no memory.
    pub(crate) fn read(home: &HomeDir) -> Result<Self, HomeError> {
        let Some(state) = home.state()? else {
            return Ok(Self::default());
        };
        let mut bytes = Vec::new();
        let read = match state.open_file(os(NAME), false) {
            Ok(mut file) => file.read_to_end(&mut bytes).map_err(|error| errno(&error)),
            Err(Errno::NOENT) => Ok(0),
            Err(errno) => Err(errno),
        };
        read.at_path("read", home.layout().state().join(NAME))?;
        let lines = bytes.split(|&b| b == b'\n');
        Ok(Self(lines.filter_map(parse).collect()))
    }

    /// How many lines of a memory are damaged, and how many only a newer nhmt
    /// can read.
    pub(crate) fn faults(bytes: &[u8]) -> (usize, usize) {
        faults(bytes)
    }

    /// Forgets that `path` was seeded; gives whether it was.
    pub(in crate::reconcile) fn forget_seed(&mut self, path: &HomePath) -> bool {
        let seeded = self
            .get(path)
            .is_some_and(|record| record.kind == Kind::Seed);
        if seeded {
            self.set(path, None);
        }
        seeded
    }

    /// Writes the memory beside the old one, brings it to the disk and renames
    /// it over.
    pub(crate) fn write(&self, home: &HomeDir, state: &Dir) -> Result<(), HomeError> {
        let place = home.layout().state().join(NAME);
        let bytes: Vec<u8> = self.0.iter().flat_map(line).collect();
        let written = state.write_whole(os(NAME), &bytes);
        written.and_then(|()| state.sync()).at_path("write", place)
    }

    /// The files with which a run did not come to its end: the next one may
    /// take them for its own.
    pub(crate) fn unsure(&self) -> impl Iterator<Item = &HomePath> {
        let unsure = self.0.iter().filter(|(_, record)| record.is_unsure());
        unsure.map(|(path, _)| path)
    }

    pub(super) fn get(&self, path: &HomePath) -> Option<&Record> {
        self.0.get(path)
    }

    pub(super) fn set(&mut self, path: &HomePath, record: Option<Record>) {
        match record {
            Some(record) => {
                self.0.insert(path.clone(), record);
            }
            None => {
                self.0.remove(path);
            }
        }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &HomePath> {
        self.0.keys()
    }

    /// Whether `path` was a copy of nhmt's, whatever became of it.
    pub(crate) fn is_copy(&self, path: &HomePath) -> bool {
        self.get(path)
            .is_some_and(|record| record.kind == Kind::Copy)
    }

    /// Whether the regular file `name` in `dir`, whose place is `path`, is one
    /// that nhmt made and nobody changed. One that cannot be read is not.
    pub(crate) fn has_left(&self, path: &HomePath, dir: &Dir, name: &std::ffi::OsStr) -> bool {
        self.is_left(path, dir, name).unwrap_or(false)
    }

    /// As [`Written::has_left`], where it matters that this is not known.
    pub(crate) fn is_left(
        &self,
        path: &HomePath,
        dir: &Dir,
        name: &std::ffi::OsStr,
    ) -> rustix::io::Result<bool> {
        match self.get(path).filter(|record| record.created) {
            None => Ok(false),
            Some(record) => Ok(record.is_own(super::look::digest_of(dir, name)?)),
        }
    }
}

impl Kind {
    /// The kind of `method`; `None` for a link.
    pub(super) fn of(method: &Method) -> Option<Self> {
        Some(match method {
            Method::Link => return None,
            Method::Copy { .. } => Self::Copy,
            Method::Merge { format, .. } => Self::Merge(*format),
            Method::Block { .. } => Self::Block,
            Method::Seed { .. } => Self::Seed,
        })
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::Copy => "copy".into(),
            Self::Merge(format) => format!("merge-{}", format.as_str()),
            Self::Block => "block".into(),
            Self::Seed => "seed".into(),
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let merges = [Format::Json, Format::Toml, Format::Yaml, Format::Ini].map(Self::Merge);
        let all = [Self::Copy, Self::Block, Self::Seed];
        all.into_iter()
            .chain(merges)
            .find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Layout;

    #[test]
    fn what_is_written_is_read_and_damage_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        assert_eq!(Written::read(&home).unwrap(), Written::default());
        let state = home.make_state().unwrap();
        let mut written = Written::default();
        let mut record = Record {
            kind: Kind::Merge(Format::Toml),
            created: true,
            mode: 0o600,
            entry: [7; 16],
            stamp: Some(Stamp {
                inode: 1,
                size: 2,
                modified: (-3, 4),
            }),
            contents: vec![Digest::of(b"1"), Digest::of(b"2")],
            parts: vec!["a = \"100%\"\n".into(), String::new()],
            leaving: vec![Digest::of(b"3")],
        };
        written.set(
            &HomePath::new(&b"odd %\xff\n path"[..]).unwrap(),
            Some(record.clone()),
        );
        record.stamp = None;
        record.kind = Kind::Seed;
        written.set(&HomePath::new("b").unwrap(), Some(record));
        written.write(&home, &state).unwrap();
        assert_eq!(Written::read(&home).unwrap(), written);
        let file = temp.path().join(".local/state/nhmt/written");
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&file, &damaged).unwrap();
            let read = Written::read(&home).unwrap();
            let lost = 2 - read.0.len();
            // What was between two lines may be part of one now.
            assert!(
                (lost..=lost + 1).contains(&Written::faults(&damaged).0),
                "at {at}"
            );
            assert!(
                read.0
                    .iter()
                    .all(|(path, one)| written.get(path) == Some(one)),
                "at {at}"
            );
            std::fs::write(&file, &whole[..at]).unwrap();
            let read = Written::read(&home).unwrap();
            assert!(
                read.0
                    .iter()
                    .all(|(path, one)| written.get(path) == Some(one)),
                "at {at}"
            );
        }
    }
}
