//! Carries out a plan. The only writer in the home.

use std::path::Path;
use std::time::Duration;

use super::error::ReconcileError;
use super::plan::{Counts, Plan};
use super::run::Run;
use crate::home::HomeLock;
use crate::manifest::HomePath;

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// How many leaves of what fate.
    pub counts: Counts,
    /// What was moved to the backups: the set (the generation, `~2` and so on
    /// behind it when names were taken) and the path.
    pub backed_up: Vec<(String, HomePath)>,
    /// What could not be done after the pivot, one sentence each. The new
    /// generation is in force all the same, and the next run tries again.
    pub problems: Vec<String>,
    /// What else a person should know, one sentence each.
    pub notes: Vec<String>,
    /// The time that went into bringing things to the disk.
    pub synced: Duration,
}

/// Switches the home to `new_tree`, as `plan` says; what has to move away goes
/// to the backups of `generation`. Works just as well when the anchor leads to
/// `new_tree` already (drift is repaired) and when there is none.
///
/// # Why this order is safe
///
/// Every managed leaf is a link through the anchor, so that which generation a
/// lookup yields depends on the anchor alone. It follows:
///
/// 1. **Before the pivot, nothing that a lookup of the old generation yields
///    may change.** New links are made only where nothing is (`symlinkat`
///    never replaces), and dangle until the pivot: opening one gives `ENOENT`,
///    as the old generation has it. New directories are built whole in a
///    private folder and appear by one rename that never replaces. A directory
///    of ours that becomes a leaf is exchanged for a link to the directory
///    with the same files in the old tree.
/// 2. **What is not ours leaves the home only by an exchange** into its place
///    in the backups, and is looked at after it came out. If it is not what
///    was planned for, the run stops and exchanges back. Between looking and
///    acting there is no moment in which another program's file can be lost,
///    because no call deletes or replaces a name in the home.
/// 3. **Everything is on the disk before the pivot**: a power cut cannot leave
///    an anchor that leads to links that are not there.
/// 4. **Until the pivot each step has a reverse**, and they are taken in
///    reverse order. The pivot itself happens or does not (`rename(2)`).
/// 5. **After the pivot, nothing that a lookup of the new generation yields
///    may change.** A leaf that becomes a directory resolves to the directory
///    in the new tree since the pivot, and the real one with the same content
///    takes its place. Stale links dangle since the pivot. A changed leaf gets
///    a new link with the same target. None of these can make the new
///    generation wrong, so a failure is named, and not undone.
///
/// What this order does not yet cover: a file that is backed up is not found
/// at its name between its exchange and the pivot; the bridge, a tree of links
/// to which the anchor turns before step 2, gives it its old content for that
/// while. A run that is killed leaves what it had exchanged in the backups and
/// its private folder; the journal, written before step 1 and removed in the
/// end, lets the next run go on from there.
///
/// # Errors
/// [`ReconcileError::Conflicts`] when the plan has open conflicts (nothing was
/// written), [`ReconcileError::Changed`] when another program interfered (plan
/// again), others when the system refuses. In all cases what was begun is
/// undone and the anchor is where it was.
pub fn apply(
    lock: &HomeLock,
    plan: Plan,
    new_tree: &Path,
    generation: u64,
) -> Result<Done, ReconcileError> {
    if plan.open_conflicts().next().is_some() {
        return Err(ReconcileError::Conflicts(Box::new(plan)));
    }
    let mut run = Run::new(lock, generation)?;
    let made = run.made.clone();
    // The journal is written here: the moves and directories of the plan.
    // The bridge is built here, and the anchor turns to it.
    let pivoted = run
        .prepare(&plan, &made)
        .and_then(|()| Ok(run.pivot(new_tree)?));
    if let Err(error) = pivoted {
        run.undo(&plan, &made);
        return Err(error);
    }
    let mut problems = Vec::new();
    if let Err(errno) = run.state.sync() {
        problems.push(format!("the anchor may not be on the disk yet: {errno}"));
    }
    problems.extend(run.finish(&plan));
    // The journal is removed here.
    Ok(Done {
        counts: plan.counts,
        backed_up: std::mem::take(&mut run.kept),
        problems,
        notes: run.in_steps.iter().map(in_steps).collect(),
        synced: run.synced,
    })
}

/// What is said once when an exchange took two steps.
fn in_steps(path: &HomePath) -> String {
    format!(
        "the filesystem of ~/{path} cannot exchange names in one step, so that for a \
         moment there was nothing at the names that were replaced"
    )
}
