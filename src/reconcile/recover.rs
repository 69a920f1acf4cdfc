//! Takes up a run that was killed, or cut off by a power cut. Nothing is
//! replayed: the journal says what to look at, and what is found there decides.

use std::path::Path;

use rustix::io::Errno;

use super::error::ReconcileError;
use super::journal::{FreshKind, Journal, Move};
use super::pivot::anchored;
use super::plan::RoutePlan;
use super::run::Run;
use super::switch::{Way, plan_for};
use super::undo::Thing;
use crate::home::{AtPlace, HomeDir, HomeError, HomeLock, aside_of};
use crate::manifest::{HomePath, Index, OnConflict};

/// A run that was cut off and has been taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// What was cut off.
    pub run: Interrupted,
    /// The home is as it was before that run; otherwise the run was finished.
    pub undone: bool,
    /// What was moved to the backups: set and path.
    pub kept: Vec<(String, HomePath)>,
    /// What could not be done, one sentence each.
    pub problems: Vec<String>,
}

/// A run that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The number of its process.
    pub process: u32,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// The generation that it switched to.
    pub generation: u64,
    /// It had made that generation.
    pub fresh: bool,
}

impl Interrupted {
    fn of(journal: &Journal) -> Self {
        Self {
            process: journal.writer.process,
            began: journal.began,
            generation: journal.generation,
            fresh: journal.fresh,
        }
    }
}

/// The run that was cut off in this home, if one was; reads only. A run that
/// is still on its way is none.
///
/// # Errors
/// When there is a journal that cannot be read.
pub fn interrupted(home: &HomeDir) -> Result<Option<Interrupted>, ReconcileError> {
    let Some(state) = home.state()? else {
        return Ok(None);
    };
    let Some(journal) = Journal::read(home, &state)? else {
        return Ok(None);
    };
    let process = i32::try_from(journal.writer.process).ok();
    let process = process.and_then(rustix::process::Pid::from_raw);
    let alive = process
        .is_some_and(|process| rustix::process::test_kill_process(process) != Err(Errno::SRCH));
    // Another process may have got the number since.
    if alive && home.is_locked_by(journal.writer.process) {
        return Ok(None);
    }
    Ok(Some(Interrupted::of(&journal)))
}

/// Takes up the run that was cut off in this home, if one was: it is taken
/// back when the anchor had not turned to its tree, and finished otherwise.
/// `settle` is called when the home is in order, before the journal goes: the
/// profile follows the anchor, and a generation that the run had made and that
/// was taken back goes.
///
/// # Errors
/// When the journal cannot be read, or not everything could be taken back: it
/// stays then, and the next command tries again.
pub fn recover(
    lock: &HomeLock,
    settle: impl FnOnce(&Recovered) -> Result<(), String>,
) -> Result<Option<Recovered>, ReconcileError> {
    let Some(state) = lock.state()? else {
        return Ok(None);
    };
    let Some(mut journal) = Journal::read(lock, &state)? else {
        return Ok(None);
    };
    let mut run = Run::resume(lock, &journal)?;
    let mut problems = Vec::new();
    let trees = Trees {
        old: journal
            .old_tree()
            .and_then(|tree| read(tree, &mut problems)),
        new: read(&journal.new_tree.0, &mut problems),
    };
    let anchor = anchored(lock, &run.state)?;
    let bridge = journal.bridge.as_ref();
    let bridge = bridge.map(|name| lock.layout().state().join(name));
    let new = anchor.as_deref() == Some(&journal.new_tree.0);
    let old = anchor.as_deref() == journal.old_tree();
    // A run that repairs has one tree for both: before it moved anything, the
    // anchor turned to the bridge.
    let undone = !new && (anchor.is_none() || old || anchor == bridge);
    problems.extend(run.join_steps(&journal));
    problems.extend(run.sweep(&trees, &journal.moves));
    if undone {
        let failed = run.take_back(&journal, &trees.only_new());
        if !failed.is_empty() {
            return Err(not_undone(&journal, failed));
        }
    } else if new {
        problems.extend(run.complete(&mut journal, &trees));
    } else {
        problems.extend(run.settle_all(&journal));
    }
    if let Some(new) = trees.new.as_ref().filter(|_| new)
        && let Err(error) = run.uncover(new)
    {
        problems.push(error.to_string());
    }
    run.work.clean();
    problems.append(&mut run.meddled);
    let mut recovered = Recovered {
        run: Interrupted::of(&journal),
        undone,
        kept: std::mem::take(&mut run.kept),
        problems,
    };
    if let Err(problem) = settle(&recovered) {
        recovered.problems.push(problem);
    }
    Journal::remove(lock, &run.state)?;
    Ok(Some(recovered))
}

fn not_undone(journal: &Journal, problems: Vec<String>) -> ReconcileError {
    ReconcileError::NotUndone {
        cause: format!(
            "the run of process {} was cut off, and not all of it could be taken back:",
            journal.writer.process
        ),
        problems,
    }
}

/// The indexes of both trees, as far as they can be read.
pub(super) struct Trees {
    old: Option<Index>,
    new: Option<Index>,
}

fn read(tree: &Path, problems: &mut Vec<String>) -> Option<Index> {
    match Index::read(tree) {
        Ok(index) => Some(index),
        Err(error) => {
            problems.push(format!(
                "{error}\n  links of it may be left in the home; they lead nowhere, and the next \
                 `nhmt realize` takes over those that it wants"
            ));
            None
        }
    }
}

impl Trees {
    /// The leaves of the new tree alone.
    fn only_new(&self) -> Vec<HomePath> {
        let Some(new) = &self.new else {
            return Vec::new();
        };
        let empty = Index::empty();
        let old = self.old.as_ref().unwrap_or(&empty);
        let entries = new.entries().iter();
        let only = entries.filter(|entry| old.get(&entry.path).is_none());
        only.map(|entry| entry.path.clone()).collect()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &HomePath> {
        let indexes = self.old.iter().chain(&self.new);
        indexes.flat_map(Index::entries).map(|entry| &entry.path)
    }
}

impl Run<'_> {
    /// Finishes a run after its pivot.
    fn complete(&mut self, journal: &mut Journal, trees: &Trees) -> Vec<String> {
        let mut problems = self.settle_all(journal);
        let Some(new) = &trees.new else {
            return problems;
        };
        if let Err(error) = self.remember(journal, new) {
            problems.push(error.to_string());
        }
        let way = Way {
            old: trees.old.as_ref(),
            new,
            new_tree: &journal.new_tree.0,
            policy: OnConflict::Abort,
        };
        let planned = plan_for(self.home, &way).map_err(ReconcileError::from);
        let planned = planned.and_then(|mut plan| {
            // What somebody has put in the way since is for the next run, which
            // has somebody to ask.
            plan.before.clear();
            plan.links.clear();
            plan.routes = RoutePlan {
                inside: plan.routes.inside,
                ..RoutePlan::default()
            };
            journal.moves = self.moves(&plan, journal.moves.len())?;
            journal.write(self.home, &self.state)?;
            Ok(plan)
        });
        match planned {
            Ok(plan) => {
                problems.extend(self.finish(&plan, journal));
                problems.extend(self.write_files(&plan, &journal.new_tree.0));
            }
            Err(error) => problems.push(error.after_pivot()),
        }
        problems
    }

    /// The directories that the run put in place after the pivot are nhmt's: it
    /// may have been cut off before it wrote that down.
    fn remember(&mut self, journal: &Journal, new: &Index) -> Result<(), HomeError> {
        let before = self.made.clone();
        let expanded = |one: &&Move| one.after && one.fresh == FreshKind::Directory;
        for one in journal.moves.iter().filter(expanded) {
            let top = &one.path.0;
            let Some(dir) = self.find_parent(top)? else {
                continue;
            };
            if dir.open(top.name()).is_err() {
                continue;
            }
            self.made.add(top.clone());
            for leaf in new.entries().iter().filter(|leaf| leaf.path.is_below(top)) {
                for dir in leaf.path.ancestors().filter(|dir| dir.is_below(top)) {
                    self.made.add(dir);
                }
            }
        }
        if self.made == before {
            return Ok(());
        }
        self.made.write(self.home, &self.state)
    }

    /// Deals with everything that came out of the home, and with the bridge.
    fn settle_all(&mut self, journal: &Journal) -> Vec<String> {
        let mut problems = Vec::new();
        for one in &journal.moves {
            if let Err(error) = self.settle(one) {
                problems.push(error.to_string());
            }
        }
        self.forget_unused(&journal.places());
        if let Err(error) = self.clean_bridge(journal) {
            problems.push(error.to_string());
        }
        if let Err(error) = self.bring_to_disk() {
            problems.push(error.to_string());
        }
        problems
    }

    /// Where an exchange takes two steps, a run can be cut off between them:
    /// then the thing for a slot is beside it.
    fn join_steps(&mut self, journal: &Journal) -> Vec<String> {
        let each = journal.moves.iter().map(|one| {
            self.lock_again(one)?;
            self.join(one)
        });
        each.filter_map(|done| Some(done.err()?.to_string()))
            .collect()
    }

    fn join(&mut self, one: &Move) -> Result<(), HomeError> {
        let path = &one.path.0;
        let Some(slot) = self.find_slot(one)? else {
            return Ok(());
        };
        let aside = slot.beside(aside_of(&slot.name));
        match self
            .look(&aside.dir, &aside.name, one)
            .at("look for", path)?
        {
            Thing::Absent => Ok(()),
            // It was about to go in.
            Thing::Fresh => self.discard_or_keep(one, &aside),
            // It was about to go back, for what the run had made.
            Thing::Other => {
                if self.look(&slot.dir, &slot.name, one).at("look for", path)? == Thing::Fresh {
                    self.discard_or_keep(one, &slot)?;
                }
                match aside.dir.move_in(&aside.name, &slot.dir, &slot.name) {
                    Err(Errno::EXIST) => self.keep_held(path, &aside),
                    moved => moved.at("look for", path),
                }
            }
        }
    }
}
