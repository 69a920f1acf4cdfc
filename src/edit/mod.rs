//! Edits of texts that nhmt shares with programs and persons: declared keys in
//! structured files ([`merge`]), a marked block in any text ([`block`]), a
//! persisted path in a configuration ([`persist_in_nix`]), more settings in a
//! module ([`add_to_module`]).
//!
//! Pure functions from texts to texts. What they do not have to change stays
//! as it is, byte for byte: comments, order, spacing, line endings. Each edit
//! is read again and compared with what it should mean; when the two differ
//! the edit is refused, so that a file is never damaged by a form that was not
//! thought of.

mod block;
mod differing;
mod error;
mod ini;
mod json;
mod lines;
mod merge;
mod module;
mod persist;
mod plan;
mod toml;
mod value;
mod yaml;

pub use block::{BlockStyle, block, block_in, same};
pub use differing::{Differing, differing};
pub use error::{EditError, Fault};
pub use merge::{Merged, merge, nothing};
pub use module::add_to_module;
pub use persist::{in_nix, persist_in_manifest, persist_in_nix};
