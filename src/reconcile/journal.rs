//! The journal: what a run is about to do in the home, on the disk before the
//! first change there and until the last is done. It is an inventory, not a
//! script: whoever finds it looks at each path and each slot and decides by
//! what is there.
//!
//! New links of leaves are not listed; they follow from both trees' indexes.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::directories::errno;
use super::error::ReconcileError;
use super::transit::Locked;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, os};
use crate::manifest::{HomePath, escaped, unescaped};

/// The file's name in the state directory.
pub(super) const NAME: &str = "journal";

/// The version of the format that is written here.
const FORMAT: u32 = 1;

/// The oldest format whose reader understands what is written here.
const MINIMUM_READER: u32 = 1;

/// What a run is about to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Journal {
    pub(super) format: u32,
    pub(super) minimum_reader: u32,
    pub(super) writer: Writer,
    /// Seconds since 1970.
    pub(super) began: u64,
    pub(super) generation: u64,
    /// The generation was made by this run.
    pub(super) fresh: bool,
    pub(super) old_tree: Option<Escaped<PathBuf>>,
    pub(super) new_tree: Escaped<PathBuf>,
    /// The name of the bridge in the state directory.
    pub(super) bridge: Option<String>,
    /// The name of the private folders.
    pub(super) work: String,
    pub(super) moves: Vec<Move>,
    /// The directories that are made before the pivot.
    pub(super) directories: Vec<Escaped<HomePath>>,
}

/// Who wrote a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Writer {
    pub(super) program: Escaped<PathBuf>,
    pub(super) version: String,
    pub(super) process: u32,
}

/// One thing that goes into the home, for one that comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Move {
    pub(super) path: Escaped<HomePath>,
    /// It happens after the pivot.
    #[serde(default)]
    pub(super) after: bool,
    pub(super) fresh: FreshKind,
    pub(super) expected: Expected,
    /// The old leaf whose link comes out, when it has the same name in other
    /// letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<Escaped<HomePath>>,
    /// Where what comes out goes.
    pub(super) slot: Place,
    /// The set of the backup to which what comes out is copied, because its
    /// slot is on another mount than the backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) backup: Option<String>,
    /// What comes out is a directory that its owner may not write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locked: Option<Locked>,
}

/// What goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FreshKind {
    Link,
    Directory,
}

/// What is expected to come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Expected {
    Nothing,
    OwnLink,
    OwnDirectory,
    Foreign,
}

/// Where a slot is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    /// The backup of the path in this set.
    Backup(String),
    /// This name in the private folder in the state directory.
    Work(String),
    /// This name in the private folder beside the path.
    Beside(String),
}

/// Text for bytes that need not be text: what is not plain is `%XX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Escaped<T>(pub(super) T);

impl Journal {
    /// Brings the journal to the disk, whole or not at all.
    pub(super) fn write(&self, home: &HomeDir, state: &Dir) -> Result<(), HomeError> {
        let place = home.layout().state().join(NAME);
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|_| Errno::INVAL)
            .at_path("write", &place)?;
        bytes.push(b'\n');
        let written = state.write_whole(os(NAME), &bytes);
        written.and_then(|()| state.sync()).at_path("write", place)
    }

    /// The journal that lies in `state`, if a run is on its way or was cut off.
    pub(super) fn read(home: &HomeDir, state: &Dir) -> Result<Option<Self>, ReconcileError> {
        let place = home.layout().state().join(NAME);
        let mut bytes = Vec::new();
        match state.open_file(os(NAME), false) {
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(errno).at_path("read", place)?,
            Ok(mut file) => file
                .read_to_end(&mut bytes)
                .map_err(|error| errno(&error))
                .at_path("read", &place)?,
        };
        Self::parse(&bytes).map(Some).map_err(|fault| match fault {
            Fault::Damaged => ReconcileError::DamagedJournal(place),
            Fault::Later(writer) => ReconcileError::LaterJournal {
                program: writer.program.0,
                version: writer.version,
            },
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        /// What every version of the format has.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            minimum_reader: u32,
            writer: Writer,
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|_| Fault::Damaged)?;
        if head.minimum_reader > FORMAT {
            return Err(Fault::Later(head.writer));
        }
        let journal: Self = serde_json::from_slice(bytes).map_err(|_| Fault::Damaged)?;
        if journal.names_are_plain() {
            Ok(journal)
        } else {
            Err(Fault::Damaged)
        }
    }

    /// The names in the state directory are names, and lead nowhere else.
    fn names_are_plain(&self) -> bool {
        let slots = self.moves.iter().flat_map(|m| {
            let (Place::Backup(name) | Place::Work(name) | Place::Beside(name)) = &m.slot;
            [Some(name), m.backup.as_ref()]
        });
        let names = slots.chain([self.bridge.as_ref(), Some(&self.work)]);
        names.flatten().all(|name| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.bytes().all(|b| b.is_ascii_graphic() && b != b'/')
        })
    }

    /// Removes the journal: the run is over.
    pub(super) fn remove(home: &HomeDir, state: &Dir) -> Result<(), HomeError> {
        let place = home.layout().state().join(NAME);
        match state.unlink(os(NAME)) {
            Ok(()) | Err(Errno::NOENT) => state.sync(),
            Err(errno) => Err(errno),
        }
        .at_path("remove", place)
    }

    /// The header of a journal that this process writes now.
    pub(super) fn new(generation: u64, fresh: bool, new_tree: &Path, work: &str) -> Self {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("nhmt"));
        Self {
            format: FORMAT,
            minimum_reader: MINIMUM_READER,
            writer: Writer {
                program: Escaped(program),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                process: std::process::id(),
            },
            began: super::keep::now(),
            generation,
            fresh,
            old_tree: None,
            new_tree: Escaped(new_tree.to_owned()),
            bridge: None,
            work: work.to_owned(),
            moves: Vec::new(),
            directories: Vec::new(),
        }
    }

    /// The places in the backups that it names: sets and paths.
    pub(super) fn places(&self) -> Vec<(String, HomePath)> {
        let places = self.moves.iter().flat_map(|one| {
            let slot = match &one.slot {
                Place::Backup(set) => Some(set),
                Place::Work(_) | Place::Beside(_) => None,
            };
            let sets = slot.into_iter().chain(&one.backup);
            sets.map(|set| (set.clone(), one.path.0.clone()))
        });
        places.collect()
    }

    /// The tree that was in force, if there was one.
    pub(super) fn old_tree(&self) -> Option<&Path> {
        self.old_tree.as_ref().map(|tree| tree.0.as_path())
    }
}

enum Fault {
    Damaged,
    Later(Writer),
}

impl Serialize for Escaped<HomePath> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&escaped(self.0.as_bytes()))
    }
}

impl Serialize for Escaped<PathBuf> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&escaped(self.0.as_os_str().as_bytes()))
    }
}

impl<'de> Deserialize<'de> for Escaped<HomePath> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = bytes(deserializer)?;
        let path = HomePath::new(bytes).map_err(serde::de::Error::custom)?;
        Ok(Self(path))
    }
}

impl<'de> Deserialize<'de> for Escaped<PathBuf> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = bytes(deserializer)?;
        Ok(Self(PathBuf::from(OsStr::from_bytes(&bytes))))
    }
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    unescaped(text.as_bytes()).ok_or_else(|| serde::de::Error::custom("a malformed escape"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Layout;

    fn journal() -> Journal {
        let path = |bytes: &[u8]| Escaped(HomePath::new(bytes).unwrap());
        let mut journal = Journal::new(7, true, Path::new("/store/new tree%"), "12-0");
        journal.began = 1_700_000_000;
        journal.old_tree = Some(Escaped(PathBuf::from(OsStr::from_bytes(b"/store/\xff"))));
        journal.bridge = Some("bridge-1".into());
        journal.moves.push(Move {
            path: path(b"a \xff\n/%"),
            after: false,
            fresh: FreshKind::Link,
            expected: Expected::Foreign,
            was: None,
            slot: Place::Backup("7~2".into()),
            backup: None,
            locked: None,
        });
        journal.moves.push(Move {
            path: path(b"x"),
            after: true,
            fresh: FreshKind::Directory,
            expected: Expected::OwnLink,
            was: Some(path(b"X")),
            slot: Place::Beside("2".into()),
            backup: Some("7".into()),
            locked: None,
        });
        journal.directories.push(path(b"new"));
        journal
    }

    #[test]
    fn what_is_written_is_read() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let state = home.make_state().unwrap();
        assert!(Journal::read(&home, &state).unwrap().is_none());
        journal().write(&home, &state).unwrap();
        assert_eq!(Journal::read(&home, &state).unwrap(), Some(journal()));
        Journal::remove(&home, &state).unwrap();
        assert!(Journal::read(&home, &state).unwrap().is_none());
    }

    #[test]
    fn a_later_format_names_the_program_that_wrote_it() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let state = home.make_state().unwrap();
        let later = br#"{"format":9,"minimumReader":9,"unknown":[],
            "writer":{"program":"/store/nhmt%209","version":"9.0","process":1}}"#;
        std::fs::write(home.layout().state().join(NAME), later).unwrap();
        let error = Journal::read(&home, &state).unwrap_err().to_string();
        assert!(
            error.contains("/store/nhmt 9") && error.contains("9.0"),
            "{error}"
        );
        // A later one that this reader understands, with something more in it.
        let mut value = serde_json::to_value(journal()).unwrap();
        value["format"] = 2.into();
        value["more"] = true.into();
        let read = Journal::parse(value.to_string().as_bytes());
        assert!(read.is_ok_and(|read| read.moves == journal().moves));
    }

    #[test]
    fn damage_is_an_error_with_a_remedy_and_never_a_guess() {
        let temp = tempfile::tempdir().unwrap();
        let home = HomeDir::open(&Layout::new(temp.path())).unwrap();
        let state = home.make_state().unwrap();
        let whole = serde_json::to_vec(&journal()).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(home.layout().state().join(NAME), &whole[..cut]).unwrap();
            let error = Journal::read(&home, &state).unwrap_err().to_string();
            assert!(error.contains("nhmt doctor"), "cut at {cut}: {error}");
        }
        let mut outside = journal();
        outside.moves[0].slot = Place::Backup("../..".into());
        let bytes = serde_json::to_vec(&outside).unwrap();
        assert!(Journal::parse(&bytes).is_err());
    }
}
