//! A source directory of chezmoi.
//!
//! From chezmoi's reference: "Source state attributes", "Target types",
//! "Special files".

mod data;
mod ignore;
mod name;
mod read;
mod template;

pub use read::chezmoi;
