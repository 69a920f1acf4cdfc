//! The home directory: where things lie in it, and access to it.
//!
//! [`HomeDir`] is the home opened for reading, [`HomeLock`] the right to write
//! to it. Everything below is reached by directory descriptors, and no
//! symbolic link is followed on the way.

pub(crate) mod attributes;
mod below;
mod bind;
mod case;
pub(crate) mod copy;
pub(crate) mod dir;
mod error;
mod exchange;
mod holder;
mod home_dir;
mod layout;
mod lease;
mod lock;
mod means;
#[cfg(test)]
pub(crate) mod meddle;
mod mount;
mod scan;
mod sparse;
mod walk;

pub use error::HomeError;
pub use home_dir::HomeDir;
pub use layout::Layout;
pub use lock::{Holder, HomeLock, LockError};

pub(crate) use bind::Means;
pub(crate) use error::{AtPlace, errno};
#[cfg(test)]
pub(crate) use exchange::plain;
pub(crate) use exchange::{Exchange, aside_of};
pub(crate) use home_dir::{ANCHOR, BRIDGE_TREE, MARK, ROOTS, STATE, ancestor, os};
pub(crate) use mount::Mount;
pub(crate) use scan::{Entered, Scanner, Seen};
pub(crate) use walk::{Obstacle, Parent, Walker};
