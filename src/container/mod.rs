//! A home in a container: a throwaway `$HOME`, made by bubblewrap without root.
//!
//! [`Container`] says what is to be seen inside; its [`mounts`](Container::mounts)
//! are a pure function of that and of what the [`System`] has. [`Invocation`]
//! makes the command line of bubblewrap of them, and runs it. Nothing in here
//! knows what a home tree is: the caller activates it inside.

mod bubblewrap;
mod copy;
mod environment;
mod filter;
mod identity;
mod invocation;
mod mounts;
mod refusal;
mod root;
mod system;
mod terminal;

pub use bubblewrap::{Bubblewrap, Version};
pub use copy::copy;
pub use environment::{Session, environment, search_path};
pub use filter::filter;
pub use identity::{Identity, group, passwd};
pub use invocation::Invocation;
pub use mounts::{Access, Mount};
pub use refusal::{Facts, Refusal};
pub use root::{Mode, Root};
pub use system::{System, What};
pub use terminal::{Foreground, take_foreground};

use std::path::{Path, PathBuf};

/// What nhmt puts into a container for itself. The name is one that no system
/// has, so that its presence says where we are.
const OWN: &str = "/.nhmt";

/// The running executable, inside.
pub const EXECUTABLE: &str = "/.nhmt/bin/nhmt";

/// Where, inside, [`Container::left`] is.
pub const LEFT: &str = "/.nhmt/left";

/// Whether this process runs in a container of nhmt's. There, links in the
/// home are nothing that Nix could know as roots.
#[must_use]
pub fn is_inside() -> bool {
    Path::new(EXECUTABLE).exists()
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To look at a configuration: nothing but the system is seen.
    Test,
    /// To live in: all of the machine but the home.
    Ephemeral,
}

/// What a container shows.
#[derive(Debug, Clone)]
pub struct Container {
    /// What it is for.
    pub kind: Kind,
    /// The home directory inside, an absolute path.
    pub home: PathBuf,
    /// The person's own home directory, which is never seen.
    pub real_home: Option<PathBuf>,
    /// The nhmt to show as [`EXECUTABLE`].
    pub executable: PathBuf,
    /// What has to be seen, read-only, and at its own path: the store.
    pub shown: Vec<PathBuf>,
    /// Files that take the place of the system's: what, and where.
    pub instead: Vec<(PathBuf, PathBuf)>,
    /// The directories that hold what outlives the home.
    pub state: Vec<Root>,
    /// What is mounted in the home: what, and where.
    pub persisted: Vec<(PathBuf, PathBuf)>,
    /// When the real ones are shown, so that something is left to do when the
    /// command has ended: where what cannot be brought to them is put.
    pub left: Option<PathBuf>,
    /// The paths that the person shares.
    pub roots: Vec<Root>,
    /// Whether the network is there.
    pub net: bool,
    /// The id of the user.
    pub uid: u32,
}
