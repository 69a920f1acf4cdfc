//! A manifest becomes a home tree; packages become one environment.
//!
//! | part | what it does |
//! | --- | --- |
//! | [`build`] | writes the home tree of a manifest |
//! | [`diff`] | compares two home trees |
//! | [`format`] | renders structured values |
//! | [`packages`] | merges packages into one environment |
//! | [`wrapper`] | a package whose programs start with other settings |
//! | [`attrs`], [`internal`] | run these as the builder of a Nix derivation |

mod activate;
pub mod attrs;
mod build;
mod copy;
pub mod diff;
mod error;
pub mod format;
mod inside;
pub mod internal;
mod leaf;
pub mod packages;
mod routes;
mod secrets;
mod shell;
mod source;
pub mod wrapper;
mod writer;

pub use build::{HOME_MANAGER, Target, build};
pub use error::{Origin, TreeError};
pub use source::Sources;
