//! The home directory: where things lie in it, and access to it.

mod layout;

pub use layout::Layout;
