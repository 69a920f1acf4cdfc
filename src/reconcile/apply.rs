//! Carries out a plan. The only writer in the home.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::ReconcileError;
use super::journal::Journal;
use super::pivot::pivot;
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
    /// The persisted paths whose data moved to their place.
    pub adopted: Vec<HomePath>,
    /// What was moved to the backups of persistent directories.
    pub kept_in_roots: Vec<PathBuf>,
    /// What could not be done after the pivot, one sentence each. The new
    /// generation is in force all the same, and the next run tries again.
    pub problems: Vec<String>,
    /// What else a person should know, one sentence each.
    pub notes: Vec<String>,
    /// The time that went into bringing things to the disk.
    pub synced: Duration,
}

/// The generation that a run switches to.
#[derive(Clone, Copy)]
pub struct Registered<'a> {
    /// Its number.
    pub number: u64,
    /// The number that roots remember of the routes that it introduces; 0: it
    /// is none that one could go back from.
    pub introduces: u64,
    /// It was made for this run, so it goes when the run is taken back.
    pub fresh: bool,
    /// Called when the generation is in force, while the journal still tells
    /// of the run: the profile follows.
    pub in_force: Option<&'a dyn Fn()>,
}

impl From<u64> for Registered<'_> {
    fn from(number: u64) -> Self {
        Self {
            number,
            introduces: number,
            fresh: false,
            in_force: None,
        }
    }
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
/// 1. **Where everything goes is settled before anything is touched**: each
///    thing that comes out of the home has its slot, on the same mount, so that
///    a rename takes it there. The journal has this inventory, and is on the
///    disk before the first change in the home.
/// 2. **Before the pivot, nothing that a lookup of the old generation yields
///    may change.** When something goes that is not ours, the anchor first
///    turns to the bridge, in which each such path leads to its slot, and all
///    else to the old tree. New links are made only where nothing is
///    (`symlinkat` never replaces), and dangle until the pivot: opening one
///    gives `ENOENT`, as the old generation has it. New directories are built
///    whole in a private folder and appear by one rename that never replaces. A
///    directory of ours that becomes a leaf is exchanged for a link to the
///    directory with the same files in the old tree. A file that gives way to
///    a directory is exchanged for a link first, and that for the directory
///    after the pivot.
/// 3. **What is not ours leaves the home only by an exchange** into its slot,
///    and is looked at after it came out. If it is not what was planned for,
///    the run stops and exchanges back. Between looking and acting there is no
///    moment in which another program's file can be lost, because no call
///    deletes or replaces a name in the home.
/// 4. **Everything is on the disk before the pivot**: a power cut cannot leave
///    an anchor that leads to links that are not there. The same holds for the
///    bridge before the anchor turns to it.
/// 5. **Until the pivot each step has a reverse.** A run that fails and one
///    that was killed are taken back by the same code, which knows nothing but
///    the journal and what it finds at each path and in each slot. The anchor
///    turns back from the bridge last. The pivot itself happens or does not
///    (`rename(2)`).
/// 6. **After the pivot, nothing that a lookup of the new generation yields
///    may change.** A leaf that becomes a directory resolves to the directory
///    in the new tree since the pivot, and the real one with the same content
///    takes its place. Stale links dangle since the pivot. A changed leaf gets
///    a new link with the same target. None of these can make the new
///    generation wrong, so a failure is named, and not undone; a run that was
///    killed here is planned anew and finished.
/// 7. **The journal goes last**, when the profile names the generation. A plan
///    that only turns the anchor and renews links has none: nothing of it can
///    be half done.
///
/// # Errors
/// [`ReconcileError::Conflicts`] when the plan has open conflicts (nothing was
/// written), [`ReconcileError::Changed`] when another program interfered (plan
/// again), others when the system refuses. In all cases but
/// [`ReconcileError::NotUndone`] what was begun is undone and the anchor is
/// where it was.
pub fn apply<'a>(
    lock: &HomeLock,
    mut plan: Plan,
    new_tree: &Path,
    registered: impl Into<Registered<'a>>,
) -> Result<Done, ReconcileError> {
    if plan.open_conflicts().next().is_some() {
        return Err(ReconcileError::Conflicts(Box::new(plan)));
    }
    let registered = registered.into();
    let mut run = Run::new(lock, registered.number)?;
    let persisted = run.persist(&mut plan, registered.introduces);
    let journal = persisted.and_then(|()| run.reserve(&plan, new_tree, &registered));
    let journal = journal.inspect_err(|_| {
        run.follow_sources();
        run.mount(&plan.routes.unmount);
        run.work.clean();
    })?;
    run.keeper.claim(journal.places());
    if plan.needs_journal() {
        journal.write(lock, &run.state).inspect_err(|_| {
            // It may be in place, though not on the disk.
            let _ = Journal::remove(lock, &run.state);
            run.mount(&plan.routes.unmount);
            run.work.clean();
        })?;
    }
    let pivoted = run
        .prepare(&plan, &journal)
        .and_then(|()| Ok(pivot(lock, &run.state, new_tree)?));
    if let Err(error) = pivoted {
        run.follow_sources();
        return Err(run.fail(error, &plan, &journal));
    }
    let mut problems = Vec::new();
    if let Err(errno) = run.state.sync() {
        problems.push(format!("the anchor may not be on the disk yet: {errno}"));
    }
    problems.extend(run.finish(&plan, &journal));
    problems.extend(run.write_files(&plan, new_tree));
    if let Some(in_force) = registered.in_force {
        in_force();
    }
    // What could not be done now, the next command tries again: by the journal
    // it knows what that was.
    if plan.needs_journal()
        && problems.is_empty()
        && let Err(error) = Journal::remove(lock, &run.state)
    {
        problems.push(error.to_string());
    }
    problems.append(&mut run.meddled);
    Ok(Done {
        counts: plan.counts,
        backed_up: std::mem::take(&mut run.kept),
        adopted: std::mem::take(&mut run.adopted),
        kept_in_roots: std::mem::take(&mut run.kept_in_roots),
        problems,
        notes: {
            let steps = run.in_steps.iter().map(in_steps);
            run.notes.iter().cloned().chain(steps).collect()
        },
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

impl Run<'_> {
    /// Takes back what was begun.
    fn fail(&mut self, error: ReconcileError, plan: &Plan, journal: &Journal) -> ReconcileError {
        if !plan.needs_journal() {
            self.mount(&plan.routes.unmount);
            self.work.clean();
            return error;
        }
        let mut problems = self.take_back(journal, &plan.new_links());
        self.mount(&plan.routes.unmount);
        self.work.clean();
        if problems.is_empty()
            && let Err(error) = Journal::remove(self.home, &self.state)
        {
            problems.push(error.to_string());
        }
        if problems.is_empty() {
            return error;
        }
        ReconcileError::NotUndone {
            cause: error.to_string(),
            problems,
        }
    }
}
