//! Generations: numbered links to home trees, and the profile that names one.
//!
//! The names are those of Nix's profiles (Nix manual, "Profiles"): beside the
//! profile `nhmt` lie `nhmt-1-link`, `nhmt-2-link`, …, so that
//! `nix-collect-garbage` finds and expires them as it does its own.

mod number;
mod profile;
mod selector;

pub use number::Number;
pub use profile::{Generation, Profile, ProfileError};
pub use selector::{Selector, SelectorError, select};
