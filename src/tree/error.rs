//! Why a home tree could not be built.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::format::FormatError;
use crate::manifest::{HomePath, IndexError, declared_by};

/// Why a home tree could not be built.
#[derive(Debug, Error)]
pub enum TreeError {
    /// A source is missing or cannot be read.
    #[error(
        "\"{target}\": {}{}",
        unreadable(.path, .source),
        declared_by(.declared_in)
    )]
    Source {
        /// The target that it is for.
        target: HomePath,
        /// The path that was tried, the source itself or something in it.
        path: PathBuf,
        /// Who asked for it.
        declared_in: Vec<String>,
        /// What the system said.
        source: io::Error,
    },
    /// A source holds something that is no file, directory or link.
    #[error(
        "\"{target}\": {} is a {what}, and only files, directories and symbolic links can be managed{}",
        path.display(),
        declared_by(.declared_in)
    )]
    Special {
        /// The target that it is for.
        target: HomePath,
        /// The socket, pipe or device.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// A source that holds the place where it would be copied to.
    #[error(
        "\"{target}\": {} holds nhmt's own store, which it would be copied into{}; choose a directory below it",
        path.display(),
        declared_by(.declared_in)
    )]
    Swallowed {
        /// The target that it is for.
        target: HomePath,
        /// The source.
        path: PathBuf,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// A source that has to be a file, or a directory of files, and is not.
    #[error(
        "\"{target}\": {} {what}, and the method {method} needs the content of a file{}",
        path.display(),
        declared_by(.declared_in)
    )]
    NoFile {
        /// The target that it is for.
        target: HomePath,
        /// The source, or something in it.
        path: PathBuf,
        /// The method.
        method: &'static str,
        /// What it is.
        what: &'static str,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// A live source that nobody can edit.
    #[error(
        "\"{target}\": {} lies in the store, where nothing is edited, and the method live leads to a working tree{}",
        path.display(),
        declared_by(.declared_in)
    )]
    LiveInStore {
        /// The target that it is for.
        target: HomePath,
        /// The source.
        path: PathBuf,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// Two targets give the same leaf.
    #[error(
        "\"{leaf}\" comes from both \"{}\"{} and \"{}\"{}; remove it from one of the two",
        first.target, declared_by(&first.declared_in), second.target, declared_by(&second.declared_in)
    )]
    Clash {
        /// The leaf.
        leaf: HomePath,
        /// The one target.
        first: Box<Origin>,
        /// The other target.
        second: Box<Origin>,
    },
    /// A leaf of one target lies below a leaf of another.
    #[error(
        "\"{inner}\" from \"{}\"{} lies below \"{outer}\" from \"{}\"{}, which is one file or link; remove one of the two",
        inner_origin.target, declared_by(&inner_origin.declared_in),
        outer_origin.target, declared_by(&outer_origin.declared_in)
    )]
    Nested {
        /// The upper leaf.
        outer: HomePath,
        /// The target that gives it.
        outer_origin: Box<Origin>,
        /// The lower leaf.
        inner: HomePath,
        /// The target that gives it.
        inner_origin: Box<Origin>,
    },
    /// A leaf below a persisted directory that is no link.
    #[error(
        "\"{leaf}\" from \"{}\"{} lies below \"{above}\", which is persisted{}, and the method {method} does not reach there; only links can be managed below a persisted directory",
        origin.target, declared_by(&origin.declared_in), declared_by(&above_origin.declared_in)
    )]
    Persisted {
        /// The leaf.
        leaf: HomePath,
        /// The target that gives it.
        origin: Box<Origin>,
        /// How it would arrive.
        method: &'static str,
        /// The persisted path.
        above: HomePath,
        /// Who persists that.
        above_origin: Box<Origin>,
    },
    /// Links that lead to each other.
    #[error(
        "\"{leaf}\" from \"{}\"{} is a link that leads in a circle through \"{through}\" from \"{}\"{}; lead one of them to a file",
        origin.target, declared_by(&origin.declared_in),
        through_origin.target, declared_by(&through_origin.declared_in)
    )]
    Circle {
        /// The one link.
        leaf: HomePath,
        /// The target that gives it.
        origin: Box<Origin>,
        /// Another one, or the same.
        through: HomePath,
        /// The target that gives that one.
        through_origin: Box<Origin>,
    },
    /// A value that its format cannot hold.
    #[error("\"{target}\": the value has no form as {format}: {source}{}", declared_by(.declared_in))]
    Format {
        /// The target.
        target: HomePath,
        /// The format's name.
        format: &'static str,
        /// Where in the value, and why.
        source: FormatError,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// A secret that is missing or not encrypted.
    #[error("secret \"{name}\": {problem}{}", declared_by(.declared_in))]
    Secret {
        /// Its name.
        name: String,
        /// What is wrong with its file.
        problem: String,
        /// Who asked for it.
        declared_in: Vec<String>,
    },
    /// The tree could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The path in the tree.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The index could not be made.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// A target as the manifest has it, and who declared it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The target.
    pub target: HomePath,
    /// The option and the files that define it.
    pub declared_in: Vec<String>,
}

fn unreadable(path: &std::path::Path, error: &io::Error) -> String {
    let path = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        format!("the source {path} does not exist")
    } else {
        format!("the source {path} cannot be read: {error}")
    }
}
