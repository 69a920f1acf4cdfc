//! The whole run, tried again when another program interferes.

use std::path::Path;

use super::apply::{Done, Registered, apply};
use super::error::ReconcileError;
use super::files;
use super::inside;
use super::observe::observe;
use super::plan::{Plan, plan};
use crate::home::{HomeDir, HomeError, HomeLock};
use crate::manifest::{Index, OnConflict};

/// So often a run is planned anew because another program changed something
/// between looking and acting.
const ATTEMPTS: usize = 3;

/// From where to where.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    /// The index of the tree in force; `None` on a first run.
    pub old: Option<&'a Index>,
    /// The index of the tree to switch to.
    pub new: &'a Index,
    /// That tree, an absolute path.
    pub new_tree: &'a Path,
    /// What to do with conflicts.
    pub policy: OnConflict,
}

/// Observes and plans; reads only, so it serves `--dry-run` and `diff` too.
///
/// # Errors
/// When a directory or a link may not be read.
pub fn plan_for(home: &HomeDir, way: &Way<'_>) -> Result<Plan, HomeError> {
    let empty = Index::empty();
    let old = way.old.unwrap_or(&empty);
    let observed = observe(home, old, way.new, way.new_tree)?;
    let mut plan = plan(old, way.new, &observed, way.policy);
    files::add(home, way, &mut plan)?;
    inside::add(home, way, &mut plan)?;
    Ok(plan)
}

/// Plans, lets the caller register the generation, and applies. `register` is
/// called once, when a plan without open conflicts is there, and gives the
/// generation; when another program changes something meanwhile, the
/// run is planned again, up to three times in all.
///
/// # Errors
/// Those of [`apply`], and those of `register`.
pub fn switch<'a, E: From<ReconcileError>, R: Into<Registered<'a>>>(
    lock: &HomeLock,
    way: &Way<'_>,
    mut register: impl FnMut(&Plan) -> Result<R, E>,
) -> Result<Done, E> {
    let mut generation: Option<Registered<'a>> = None;
    let mut attempt = 1;
    loop {
        let plan = plan_for(lock, way).map_err(ReconcileError::from)?;
        if plan.open_conflicts().next().is_some() {
            return Err(ReconcileError::Conflicts(Box::new(plan)).into());
        }
        let registered = match generation {
            Some(registered) => registered,
            None => *generation.insert(register(&plan)?.into()),
        };
        match apply(lock, plan, way.new_tree, registered) {
            Err(ReconcileError::Changed(_)) if attempt < ATTEMPTS => attempt += 1,
            done => return Ok(done?),
        }
    }
}
