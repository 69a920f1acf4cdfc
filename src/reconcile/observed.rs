//! What is in the home at the managed paths: facts, without judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::directories::Directories;
use super::files::Written;
use crate::home::Means;
use crate::home::dir::Identity;
use crate::manifest::HomePath;
use crate::state::Seen;

/// What is at one path, small enough to have 100,000 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The link that nhmt makes for this path.
    Ours,
    /// Nothing, in a directory that exists.
    Absent,
    /// A directory above is missing; the topmost is in [`Observed::missing`].
    NoParent,
    /// Something above is no directory; it is in [`Observed::found`] unless it
    /// is the link of an old leaf.
    Below,
    /// Something else: [`Observed::found`].
    Odd,
}

/// A thing in the home that is not the link expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: FoundKind,
    pub(crate) identity: Identity,
}

/// What a [`Found`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundKind {
    /// A link below our prefix that belongs elsewhere.
    OwnLink,
    /// Another link.
    Link {
        /// Its target.
        target: PathBuf,
        /// It leads to a directory.
        to_directory: bool,
        /// It leads to the content that is wanted here.
        same: bool,
        /// Home Manager made it for this path.
        predecessor: bool,
    },
    /// A regular file.
    File {
        /// It has the content that is wanted here.
        same: bool,
    },
    /// A directory.
    Directory {
        /// Something in it that nhmt did not make, if there is any.
        foreign: Option<HomePath>,
    },
    /// A socket, a pipe or a device.
    Special,
}

/// What was seen, in the order of the union of both indexes.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// One mark for each path of the union.
    pub(crate) marks: Vec<Mark>,
    /// What is odd, and what stands where a directory should be.
    pub(crate) found: BTreeMap<HomePath, Found>,
    /// The topmost missing directories of wanted leaves.
    pub(crate) missing: BTreeSet<HomePath>,
    /// The directories that nhmt made.
    pub(crate) made: Directories,
    /// Names that differ in the case of their letters only are one.
    pub(crate) folds_case: bool,
    /// The wanted persisted paths, as they are found.
    pub(crate) routes: BTreeMap<HomePath, Seen>,
    /// What nhmt left in files that are no links.
    pub(crate) written: Written,
    /// nhmt may mount, which was looked at when some path is to be a mount.
    pub(crate) means: Option<Means>,
    /// The persisted paths of the old generation that nhmt mounted. Their marks
    /// are those of links, which take their places before anything else.
    pub(crate) mounted: BTreeSet<HomePath>,
}
