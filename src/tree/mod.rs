//! A manifest becomes a home tree.

pub mod format;
