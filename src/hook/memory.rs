//! `hooks` in the state directory: which hooks are owed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::batch::Batch;
use super::declared::{Declared, Task};
use super::written::{Format, Written, WrittenBatch};

/// The file's name in the state directory.
const NAME: &str = "hooks";

/// The next version of it, before it takes that name.
const NEXT: &str = "hooks.next";

/// The format that this code writes, and the latest that it reads.
const FORMAT: u32 = 1;

/// Why the memory of hooks cannot be used.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// It is no such memory.
    #[error("{} is damaged ({what}), so that which hooks were pending is not known; `nhmt doctor --repair` moves it away", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A later format.
    #[error("{} was written by a newer nhmt (format {found}); use that one", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The hooks that are owed.
#[derive(Debug, Default)]
pub struct Memory {
    state: PathBuf,
    /// What the tree in force owes.
    pending: Option<Batch>,
    /// What a run will owe when its switch happens.
    planned: Option<Batch>,
}

impl Memory {
    /// Reads the memory in the state directory `state`; a missing one owes
    /// nothing. `tree` is the tree in force, which decides whether a run that
    /// had begun has switched.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no such memory.
    pub fn read(state: &Path, tree: Option<&Path>) -> Result<Self, MemoryError> {
        let path = state.join(NAME);
        let empty = Self::empty(state);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(empty),
            bytes => bytes.map_err(|source| MemoryError::Io {
                path: path.clone(),
                source,
            })?,
        };
        let damaged = |what: String| MemoryError::Damaged {
            path: path.clone(),
            what,
        };
        let format: Format =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if format.format > FORMAT {
            return Err(MemoryError::TooNew {
                path,
                found: format.format,
            });
        }
        let written: Written =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let batch = |written: Option<WrittenBatch>| {
            let batch = written.map(WrittenBatch::read);
            let malformed = || damaged("a malformed path".to_owned());
            batch.map(|batch| batch.ok_or_else(malformed)).transpose()
        };
        let mut memory = Self {
            pending: batch(written.pending)?,
            planned: batch(written.planned)?,
            ..empty
        };
        memory.settle(tree);
        Ok(memory)
    }

    /// A memory that owes nothing; writing replaces what is in `state`.
    #[must_use]
    pub fn empty(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
            pending: None,
            planned: None,
        }
    }

    /// Where it is kept.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.state.join(NAME)
    }

    /// What is owed, when anything is.
    #[must_use]
    pub fn pending(&self) -> Option<&Batch> {
        self.pending
            .as_ref()
            .filter(|batch| !batch.hooks.is_empty())
    }

    /// Whether nothing is owed, and nothing would be when a run was over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending().is_none() && self.planned.is_none()
    }

    /// Before a run: what it will owe.
    ///
    /// # Errors
    ///
    /// When it cannot be brought to the disk.
    pub fn plan(&mut self, batch: Batch) -> Result<(), MemoryError> {
        // What a run that was cut off had planned may lie there still.
        if batch.hooks.is_empty() && self.is_empty() && !self.path().exists() {
            return Ok(());
        }
        self.planned = Some(batch);
        self.write()
    }

    /// After a run, or when one was cut off: whether its switch happened is
    /// told by the tree in force.
    pub fn settle(&mut self, tree: Option<&Path>) {
        if let Some(planned) = self.planned.take()
            && Some(planned.new.as_path()) == tree
        {
            self.pending = Some(planned);
        }
    }

    /// Forgets what `declared` does not have any more.
    pub fn keep_declared(&mut self, declared: &Declared) {
        if let Some(batch) = &mut self.pending {
            batch.keep_declared(declared);
        }
    }

    /// Notes how `task` ended: it is owed no more, or has failed.
    ///
    /// # Errors
    ///
    /// When that cannot be brought to the disk.
    pub(super) fn note(&mut self, task: &Task, failed: Option<i32>) -> Result<(), MemoryError> {
        let Some(batch) = &mut self.pending else {
            return Ok(());
        };
        match failed {
            Some(exit) => batch.note(task, exit),
            None => batch.strike(task),
        }
        self.write()
    }

    /// Replaces the file by one rename; removes it when nothing is owed.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn write(&self) -> Result<(), MemoryError> {
        let path = self.path();
        self.replace(&path)
            .map_err(|source| MemoryError::Io { path, source })
    }

    fn replace(&self, path: &Path) -> io::Result<()> {
        if self.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let written = Written {
            format: FORMAT,
            pending: self.pending().map(WrittenBatch::of),
            planned: self.planned.as_ref().map(WrittenBatch::of),
        };
        // One name, so that a kill leaves no more than one: the state directory
        // is nhmt's alone, and the home is locked.
        let next = self.state.join(NEXT);
        let mut file = File::create(&next)?;
        let content = serde_json::to_vec(&written)?;
        let done = file
            .write_all(&content)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&next, path));
        if done.is_err() {
            let _ = fs::remove_file(&next);
        }
        done?;
        File::open(&self.state)?.sync_all()
    }

    /// Moves a memory that cannot be read to a free name beside it, and gives
    /// that name.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn move_away(state: &Path) -> io::Result<PathBuf> {
        let from = state.join(NAME);
        for number in 1_u32.. {
            let to = state.join(format!("{NAME}.damaged-{number}"));
            // A link never replaces, so no earlier one is lost.
            match fs::hard_link(&from, &to) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                linked => {
                    linked?;
                    fs::remove_file(&from)?;
                    return Ok(to);
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;
    use crate::hook::{Kind, Record};

    fn batch(new: &str, names: &[&str]) -> Batch {
        Batch {
            old: Some(OsString::from_vec(b"/a%\xff\n".to_vec()).into()),
            new: new.into(),
            hooks: names
                .iter()
                .map(|name| Record {
                    kind: Kind::Activation,
                    name: (*name).to_owned(),
                    failed: None,
                })
                .collect(),
        }
    }

    fn read(state: &Path, tree: &str) -> Option<Batch> {
        let memory = Memory::read(state, Some(Path::new(tree))).unwrap();
        memory.pending().cloned()
    }

    #[test]
    fn what_is_planned_is_pending_only_when_the_switch_happened() {
        let temp = tempfile::tempdir().unwrap();
        let state = temp.path();
        let mut memory = Memory::read(state, None).unwrap();
        assert!(memory.is_empty());
        memory.plan(batch("/one", &["x"])).unwrap();
        assert_eq!(read(state, "/none"), None);
        assert_eq!(read(state, "/one"), Some(batch("/one", &["x"])));
        memory.settle(Some(Path::new("/one")));
        memory.write().unwrap();

        // A second run is cut off before its switch: the first one's stay.
        memory.plan(batch("/two", &["y"])).unwrap();
        assert_eq!(read(state, "/one"), Some(batch("/one", &["x"])));
        assert_eq!(read(state, "/two"), Some(batch("/two", &["y"])));

        // One that owes nothing takes what was owed along.
        memory.plan(batch("/three", &[])).unwrap();
        assert_eq!(read(state, "/three"), None);
        memory.settle(Some(Path::new("/three")));
        memory.write().unwrap();
        assert!(!memory.path().exists());
    }

    #[test]
    fn damage_and_a_later_format_are_named() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(NAME);
        let error = |content: &str| {
            fs::write(&path, content).unwrap();
            Memory::read(temp.path(), None).unwrap_err()
        };
        let mut memory = Memory::empty(temp.path());
        memory.plan(batch("/t", &["x"])).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        assert!(!temp.path().join(NEXT).exists());
        for cut in 0..whole.trim_end().len() {
            let error = error(&whole[..cut]);
            assert!(
                matches!(error, MemoryError::Damaged { .. }),
                "{cut}: {error}"
            );
        }
        let path_of_nothing = whole.replace("/a%25", "/a%2");
        assert!(
            error(&path_of_nothing)
                .to_string()
                .contains("a malformed path")
        );
        let later = error(r#"{"format":2,"other":{}}"#);
        assert!(
            later.to_string().contains("newer nhmt (format 2)"),
            "{later}"
        );

        let away = |n| temp.path().join(format!("hooks.damaged-{n}"));
        assert_eq!(Memory::move_away(temp.path()).unwrap(), away(1));
        fs::write(&path, "more").unwrap();
        assert_eq!(Memory::move_away(temp.path()).unwrap(), away(2));
        assert!(!path.exists() && fs::read_to_string(away(1)).unwrap().contains("other"));
    }
}
