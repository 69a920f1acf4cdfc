//! Files that are no links: copies, merged and marked files, seeds.
//!
//! They have no anchor to turn. Each is brought to what is declared after the
//! pivot, by an exchange of its own, from what is there then; nothing depends
//! on the generation before. What nhmt left in a file is remembered
//! ([`Written`]), so that it is told apart from what others wrote.

mod back;
mod decide;
mod lines;
mod look;
mod make;
mod memory;
mod plan;
mod put;
mod shared;
mod undeclare;
mod work;

use crate::home::{HomeDir, HomeError};
use crate::manifest::HomePath;

pub(crate) use memory::Written;
pub(crate) use plan::{Step, add};
pub(super) use work::FILES;

/// The files with which a run did not come to its end, and which the next one
/// may take for nhmt's own.
///
/// # Errors
/// When the memory of what nhmt wrote cannot be read.
pub fn unsure_files(home: &HomeDir) -> Result<Vec<HomePath>, HomeError> {
    Ok(Written::read(home)?.unsure().cloned().collect())
}
