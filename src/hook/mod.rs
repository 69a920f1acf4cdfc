//! Commands of the configuration that run when the home has switched.
//!
//! An *activation* hook runs after every run that changes something; an
//! *onChange* hook belongs to a file, and runs when that file's content has
//! changed. [`Declared`] is what a home tree asks for, [`batch`] picks what a
//! run owes, [`Memory`] remembers it until it is done, and [`run_all`] does it.
//!
//! # Nothing is forgotten
//!
//! What a run owes is written down before the home changes, together with the
//! tree that it switches to. Whether the switch happened is told by the anchor
//! alone: when it leads to that tree, the hooks are pending; when it does not,
//! the run was taken back, and they are not. So there is no moment at which a
//! kill or a power cut could lose one. Each is struck off when it succeeded; a
//! hook that was cut off itself runs again.

mod batch;
mod declared;
mod memory;
mod outcome;
mod process;
mod sequence;
#[cfg(test)]
mod tests;
mod written;

pub use batch::{Batch, Record, batch};
pub use declared::{Declared, Kind, Task};
pub use memory::{Memory, MemoryError};
pub use outcome::{Outcome, Status};
pub use process::{Surroundings, interrupt};
pub use sequence::{Watch, run_all};
