//! Paths of the real machine that are shared with a container.

use std::path::PathBuf;

/// A path that is seen in the container at its own place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The path, absolute and without links.
    pub path: PathBuf,
    /// What becomes of changes.
    pub mode: Mode,
}

/// What becomes of what programs in a container write to a [`Root`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Nothing can be written.
    ReadOnly,
    /// It is written to the real path.
    Shared,
    /// It is gone at the end; an overlay over the real path takes it.
    Overlay,
    /// It is gone at the end with this copy of the path.
    Copy(PathBuf),
}
