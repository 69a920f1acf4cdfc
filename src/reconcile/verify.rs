//! Compares the home with the generation in force.

use std::path::Path;

use super::drift::Drift;
use super::switch::{Way, plan_for};
use crate::home::{HomeDir, HomeError};
use crate::manifest::{Index, OnConflict};

/// The managed paths of `index` that are no longer what nhmt left there; reads
/// only. `tree` is the home tree that `index` belongs to.
///
/// # Errors
/// When a directory or a link may not be read.
pub fn verify(home: &HomeDir, index: &Index, tree: &Path) -> Result<Vec<Drift>, HomeError> {
    let way = Way {
        old: Some(index),
        new: index,
        new_tree: tree,
        policy: OnConflict::Abort,
    };
    Ok(plan_for(home, &way)?.drift)
}
