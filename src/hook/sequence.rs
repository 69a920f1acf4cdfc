//! The hooks of one run, one after another.

use std::collections::BTreeSet;

use super::declared::{Kind, Task};
use super::memory::{Memory, MemoryError};
use super::outcome::{Outcome, Status};
use super::process::{self, Surroundings};

/// Who is told what happens, and says when to stop.
pub trait Watch {
    /// `task` is about to run.
    fn starting(&mut self, task: &Task);
    /// It printed a line.
    fn line(&mut self, task: &Task, line: &str);
    /// Whether no other hook is to be started.
    fn stops(&self) -> bool;
}

/// Runs `tasks` in their order, and strikes off `memory` what succeeded; in a
/// dry run, only those that know about it, and nothing is remembered. A hook
/// that comes after one that failed is passed over; the others run.
///
/// # Errors
///
/// When the memory cannot be written. What was done by then is in `outcomes`.
pub fn run_all(
    tasks: &[Task],
    memory: Option<&mut Memory>,
    around: &Surroundings,
    watch: &mut dyn Watch,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), MemoryError> {
    let mut memory = memory;
    let mut failed = BTreeSet::new();
    for task in tasks {
        let outcome = if watch.stops() {
            Outcome::of(task, Status::Skipped, "did not run: interrupted")
        } else if let Some(before) = task.after.iter().find(|name| failed.contains(*name)) {
            let why = format!("did not run: it comes after `{before}`");
            Outcome::of(task, Status::Skipped, why)
        } else if around.dry_run && !task.dry_run {
            Outcome::listed(task)
        } else {
            watch.starting(task);
            process::run(task, around, &mut |line| watch.line(task, line))
        };
        let stops = matches!(outcome.status, Status::Failed | Status::Skipped);
        if stops && task.kind == Kind::Activation {
            failed.insert(task.name().to_owned());
        }
        let (status, exit) = (outcome.status, outcome.exit);
        outcomes.push(outcome);
        if let Some(memory) = memory.as_deref_mut() {
            match status {
                Status::Ok => memory.note(task, None)?,
                // Without an exit status it was not even started.
                Status::Failed => memory.note(task, Some(exit.unwrap_or(127)))?,
                Status::Skipped | Status::Listed => {}
            }
        }
    }
    Ok(())
}
