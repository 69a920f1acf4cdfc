//! The hooks of a run: remembered before it, run after it, told about.

use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use super::home_manager;
use super::interrupt;
use crate::generation::Number;
use crate::hook::{
    self, Batch, Declared, Memory, MemoryError, Outcome, Status, Surroundings, Task,
};
use crate::manifest::{Hook, Index};
use crate::tree::diff::read_manifest;
use crate::ui::{CHANGED, DIM, ERROR, Ui, complain};

/// A tree with its index.
pub(super) type Tree<'a> = (&'a Path, &'a Index);

/// From which tree to which.
pub(super) type Way<'a> = (Option<Tree<'a>>, Tree<'a>);

/// The hooks of one command.
pub(super) struct Hooks<'a> {
    context: &'a Context,
    memory: Memory,
}

impl<'a> Hooks<'a> {
    /// Reads what is owed. A damaged memory is no reason to keep a home as it
    /// is; one that a newer nhmt wrote is.
    pub fn read(context: &'a Context) -> Result<Self, Failure> {
        let state = context.layout().state();
        let tree = context.open()?.current_tree()?;
        let memory = match Memory::read(&state, tree.as_deref()) {
            Err(error @ MemoryError::Damaged { .. }) => {
                context.ui.warning(&error);
                Memory::empty(&state)
            }
            memory => memory?,
        };
        Ok(Self { context, memory })
    }

    /// What a run that changes something owes.
    fn of_switch(&self, (old, new): Way) -> Result<(Batch, Declared), Failure> {
        let declared = declared(new)?.leaving(leaving(old));
        let layout = self.context.layout();
        let batch = hook::batch(old, new, &declared, self.memory.pending(), |target| {
            home_manager::has_already(layout, target, new)
        });
        Ok((batch, declared))
    }

    /// What is left from an earlier run.
    fn left(&self, new: Tree) -> Result<Option<(Batch, Declared)>, Failure> {
        let Some(batch) = self.memory.pending() else {
            return Ok(None);
        };
        // An nhmt that knew nothing of hooks may have left the tree since.
        let new_tree = new.0.to_owned();
        let batch = Batch {
            new: new_tree,
            ..batch.clone()
        };
        let old = batch.old.as_deref();
        let old = old.and_then(|tree| Some((tree, Index::read(tree).ok()?)));
        let old = old.as_ref().map(|(tree, index)| (*tree, index));
        let declared = declared(new)?.leaving(leaving(old));
        Ok(Some((batch, declared)))
    }

    /// What a run would start; without a `way` there is nothing to do but what
    /// an earlier run has left.
    pub fn dry_run(&self, way: Option<Way>, new: Tree) -> Result<Vec<Outcome>, Failure> {
        let owed = match way {
            Some(way) => Some(self.of_switch(way)?),
            None => self.left(new)?,
        };
        let Some((batch, declared)) = owed else {
            return Ok(Vec::new());
        };
        let before = way
            .iter()
            .flat_map(|_| declared.before.iter().map(Task::from));
        let tasks: Vec<_> = before.chain(batch.tasks(&declared)).collect();
        Ok(self.run(&batch, &tasks, None))
    }

    /// As [`Self::dry_run`], and starts nothing at all.
    pub fn list(&self, way: Option<Way>, new: Tree) -> Result<Vec<Outcome>, Failure> {
        let owed = match way {
            Some(way) => Some(self.of_switch(way)?),
            None => self.left(new)?,
        };
        let tasks = owed.map(|(batch, declared)| {
            let before = declared.before.iter().map(Task::from);
            before.chain(batch.tasks(&declared)).collect::<Vec<_>>()
        });
        Ok(tasks.iter().flatten().map(Outcome::listed).collect())
    }

    /// Whether the tree has something run before the home is looked at.
    pub fn has_before(new: Tree) -> Result<bool, Failure> {
        Ok(!declared(new)?.before.is_empty())
    }

    /// Runs what the new tree has run before the home is looked at.
    ///
    /// # Errors
    /// When one of them fails: the home is left as it is.
    pub fn run_before(&self, (old, new): Way) -> Result<(), Failure> {
        let _whole = interrupt::hold();
        let declared = declared(new)?;
        let tasks: Vec<_> = declared.before.iter().map(Task::from).collect();
        let batch = Batch {
            old: old.map(|(path, _)| path.to_owned()),
            new: new.0.to_owned(),
            hooks: Vec::new(),
        };
        // Nothing is owed of them: the next run starts with all of them again.
        let outcomes = self.run(&batch, &tasks, Some(&mut Memory::default()));
        if report(self.context.ui, &outcomes) {
            return Err(Failure::new(
                "nothing was changed: what is to run before the switch did not succeed",
            ));
        }
        Ok(())
    }

    /// Before the home changes: remembers what the run will owe.
    pub fn plan(&mut self, way: Way) -> Result<(), Failure> {
        let (batch, _) = self.of_switch(way)?;
        if !batch.hooks.is_empty() {
            self.context.open()?.make_state()?;
        }
        Ok(self.memory.plan(batch)?)
    }

    /// When the home could not be changed: what was owed before is owed still.
    pub fn withdraw(&mut self) {
        // The anchor tells, not why the run failed; what cannot be read or
        // written now is found by the next run.
        let home = self.context.open();
        if let Ok(Ok(tree)) = home.map(|home| home.current_tree()) {
            self.memory.settle(tree.as_deref());
            let _ = self.memory.write();
        }
    }

    /// When the home is on `new`: runs what is owed, and strikes it off.
    pub fn run_owed(&mut self, new: Tree) -> Result<Vec<Outcome>, Failure> {
        self.memory.settle(Some(new.0));
        let owed = self.left(new)?;
        if let Some((_, declared)) = &owed {
            self.memory.keep_declared(declared);
        }
        self.memory.write()?;
        let Some((batch, declared)) = owed else {
            return Ok(Vec::new());
        };
        let tasks = batch.tasks(&declared);
        let mut memory = std::mem::take(&mut self.memory);
        let outcomes = self.run(&batch, &tasks, Some(&mut memory));
        self.memory = memory;
        Ok(outcomes)
    }

    /// Runs them for good with a memory, else as in a dry run.
    fn run(&self, batch: &Batch, tasks: &[Task], memory: Option<&mut Memory>) -> Vec<Outcome> {
        let state = self.context.layout().state();
        let program = std::env::current_exe().unwrap_or_else(|_| "nhmt".into());
        let around = Surroundings {
            program: &program,
            home: self.context.layout().home(),
            state: &state,
            old: batch.old.as_deref(),
            new: &batch.new,
            dry_run: memory.is_none(),
            verbose: self.context.ui.verbose,
        };
        let mut outcomes = Vec::new();
        let mut watch = Watcher(self.context.ui);
        let noted = hook::run_all(tasks, memory, &around, &mut watch, &mut outcomes);
        if let Err(error) = noted {
            // They ran; at worst they run once more.
            self.context.ui.warning(format_args!(
                "what became of the hooks could not be written down: {error}"
            ));
        }
        outcomes
    }
}

/// The hooks that the tree asks for.
fn declared((tree, index): Tree) -> Result<Declared, Failure> {
    if !index.has_hooks() {
        return Ok(Declared::default());
    }
    Ok(Declared::of(read_manifest(tree)?))
}

/// The hooks of the tree before that have something to run once they are gone.
fn leaving(old: Option<Tree>) -> Vec<Hook> {
    let leaves = old.filter(|(_, index)| index.has_leaving());
    // What cannot be read any more is gone with its hooks.
    let manifest = leaves.and_then(|(tree, _)| read_manifest(tree).ok());
    manifest.map_or_else(Vec::new, |manifest| manifest.hooks)
}

/// Shows under `--verbose` what hooks print; always what is a report.
struct Watcher(Ui);

impl hook::Watch for Watcher {
    fn starting(&mut self, task: &Task) {
        self.0.detail(task.title());
    }

    fn line(&mut self, task: &Task, line: &str) {
        if task.report && !self.0.verbose {
            return self.0.note(line);
        }
        self.0
            .detail(format_args!("{}> {line}", task.name().escape_debug()));
    }

    fn stops(&self) -> bool {
        interrupt::received().is_some()
    }
}

/// What became of the hooks, for people; whether one did not succeed, which
/// makes the command fail.
pub(super) fn report(ui: Ui, outcomes: &[Outcome]) -> bool {
    let mut failed = false;
    for outcome in outcomes {
        let message = outcome.message();
        match outcome.status {
            Status::Ok => {}
            Status::Listed => ui.note(format_args!("{CHANGED}!{CHANGED:#} {message}")),
            Status::Failed | Status::Skipped => {
                failed = true;
                complain(format_args!("{ERROR}error:{ERROR:#} {message}"));
                // Under `--verbose`, and of a report, they were shown as they came.
                let shown = ui.verbose || (outcome.task.report && !ui.quiet);
                let tail = outcome.tail.lines().filter(|_| !shown);
                tail.for_each(|line| complain(format_args!("  {DIM}{line}{DIM:#}")));
            }
        }
    }
    failed
}

/// As [`report`] after a run; what becomes of those that did not succeed.
pub(super) fn report_run(ui: Ui, outcomes: &[Outcome], generation: Option<Number>) -> bool {
    let failed = report(ui, outcomes);
    if failed {
        let home = generation.map_or_else(
            || "the home was switched".to_owned(),
            |number| format!("the home is on generation {number}"),
        );
        complain(format_args!(
            "{DIM}hint:{DIM:#} {home} all the same; the next `nhmt realize` tries again"
        ));
    }
    failed
}
