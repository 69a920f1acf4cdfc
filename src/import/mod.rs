//! What other tools keep in a home, as a configuration: reads an existing home,
//! stow packages, a chezmoi source or a generation of Home Manager, and writes
//! a folder with `home.nix` and the files beside it.
//!
//! Reading changes nothing. What looks like a secret is left out by its name
//! and by its content; whatever is left out, or not as it was, has a [`Note`].

mod chezmoi;
mod defaults;
mod found;
mod home_manager;
mod link;
mod live;
mod nix;
mod options;
mod secret;
mod stow;
mod stow_ignore;
mod take;
mod write;

pub use chezmoi::chezmoi;
pub use defaults::DEFAULTS;
pub use found::{Arrival, Content, Import, ImportError, Item, Note, NoteKind};
pub use home_manager::{generation, home_manager};
pub use live::live;
pub use nix::{assignment, is_private, lines};
pub use secret::looks_like_a_secret;
pub use stow::{Stow, stow};
pub use take::Rules;
pub use write::{Written, copy_items, refuse_occupied, write};
