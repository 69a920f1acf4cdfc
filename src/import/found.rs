//! What was found, before it is written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::manifest::HomePath;

/// What a configuration is to have, and what there is to say about it.
#[derive(Debug, Default)]
pub struct Import {
    /// The files by their places in the home.
    pub items: BTreeMap<HomePath, Item>,
    /// What was left out, and what will be otherwise.
    pub notes: Vec<Note>,
    /// Scripts that the other tool runs: names, and what they hold.
    pub scripts: BTreeMap<String, Content>,
}

/// One entry of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A file.
    File {
        /// What it holds.
        content: Content,
        /// Its permission bits.
        mode: u32,
        /// How it comes to the home.
        arrival: Arrival,
    },
    /// One link to a whole directory.
    Directory {
        /// Which it is a copy of.
        from: PathBuf,
    },
    /// A symbolic link.
    Link {
        /// Where it leads, absolute and without `..`.
        target: PathBuf,
    },
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// What that file holds.
    At(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// How a file comes to the home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By a link, or as a copy when its mode asks for that.
    Usual,
    /// Written once where there is none.
    Seed,
}

/// Something to say about one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The path, in the home or in what is read.
    pub path: String,
    /// What became of it.
    pub kind: NoteKind,
    /// Why, as the rest of a sentence.
    pub why: String,
}

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Left out, because it looks like a secret.
    Secret,
    /// Left out for another reason.
    LeftOut,
    /// Taken as a template gave it for this machine.
    Rendered,
    /// Taken, with something to know.
    Remark,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Something cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for the configuration has something in it.
    #[error("{} is not empty, and an import writes only where nothing is", .0.display())]
    NotEmpty(PathBuf),
    /// A file stands where the folder for the configuration should be.
    #[error("{} is no directory; an import writes into one of its own", .0.display())]
    NotDirectory(PathBuf),
    /// What should be read is not what it should be.
    #[error("{}: {why}", path.display())]
    Unknown {
        /// What was named.
        path: PathBuf,
        /// What it lacks.
        why: &'static str,
    },
    /// Nothing to import.
    #[error("nothing to import was found in {}", .0.display())]
    Nothing(PathBuf),
}

impl ImportError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Read { path, source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Write { path, source }
    }
}

impl Import {
    #[expect(clippy::needless_pass_by_value, reason = "paths and texts alike")]
    pub(super) fn note(&mut self, path: impl ToString, kind: NoteKind, why: impl Into<String>) {
        self.notes.push(Note {
            path: path.to_string(),
            kind,
            why: why.into(),
        });
    }

    pub(super) fn left_out(&mut self, path: impl ToString, why: impl Into<String>) {
        self.note(path, NoteKind::LeftOut, why);
    }
}
