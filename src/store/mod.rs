//! Stores: how paths in them are named, Nix's store by its commands, and a
//! store of plain directories for machines without Nix.

pub mod cache;
pub mod link;
pub mod local;
pub mod nar;
pub mod nix;
pub mod path;

pub use cache::{Cache, Identity};
pub use local::LocalStore;
pub use nix::{Nix, NixError};
