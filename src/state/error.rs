//! Why state could not be prepared.

use std::path::PathBuf;

use rustix::io::Errno;
use thiserror::Error;

use crate::home::HomeError;

/// Why a persisted path could not be prepared. Nothing in the home was
/// changed.
#[derive(Debug, Error)]
pub enum StateError {
    /// A persistent directory cannot be made or written to.
    #[error(
        "the persistent directory {} cannot be used: {}; nothing was changed\n  it has to be \
         yours: make it as the superuser, with `install -d -o \"$USER\" -m 0700 {}`, or mount \
         what it is on", .0.display(), .1, .0.display()
    )]
    Root(PathBuf, Errno),
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}
