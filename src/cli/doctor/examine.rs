//! Everything that is looked at.

use std::path::{Path, PathBuf};

use super::{on_path, session};
use crate::cli::context::{Context, cut_off};
use crate::cli::failure::Failure;
use crate::cli::keeper;
use crate::cli::secrets;
use crate::generation::{Generation, ProfileError};
use crate::home::HomeDir;
use crate::hook::{Batch, Memory, MemoryError};
use crate::manifest::{Index, IndexError};
use crate::reconcile::{self, Drift, Finding, FindingKind, ReconcileError};
use crate::tree::diff::read_manifest;
use crate::ui::Progress;

/// All findings.
pub(super) fn all(context: &Context) -> Result<Vec<Finding>, Failure> {
    let home = context.open()?;
    let mut found = Vec::new();
    if home.is_locked() {
        let at = on_path(FindingKind::Locked, context.layout().home());
        found.push(at.detail(home.users()));
    }
    if let Err(error) = run(&home, &mut found) {
        return match error {
            // Nothing in it can be believed.
            ReconcileError::Home(error) if error.is_not_writable() => {
                Ok(reconcile::examine_state(&home, false)?)
            }
            error => Err(error.into()),
        };
    }
    let settled = found.is_empty();
    found.extend(reconcile::examine_state(&home, settled)?);
    let generations = generations(context, &mut found)?;
    let tree = home.current_tree()?;
    match &tree {
        Some(tree) => of_tree(context, &home, tree, settled, &mut found)?,
        None if generations.iter().any(|one| !one.dangling) => {
            found.push(on_path(
                FindingKind::AnchorMissing,
                &context.layout().anchor(),
            ));
        }
        None => {}
    }
    of_profile(context, &generations, tree.as_deref(), &mut found);
    of_hooks(context, tree.as_deref(), &mut found);
    found.sort_by(|a, b| (a.kind, &a.subject).cmp(&(b.kind, &b.subject)));
    Ok(found)
}

/// Whether a run was cut off; what it left is looked at when it was taken up.
fn run(home: &HomeDir, found: &mut Vec<Finding>) -> Result<(), ReconcileError> {
    let journal = home.layout().state().join("journal");
    match reconcile::interrupted(home) {
        Ok(None) => {}
        Ok(Some(run)) => {
            let subject = cut_off(&run);
            found.push(Finding::new(FindingKind::InterruptedRun, subject));
        }
        Err(ReconcileError::DamagedJournal(path)) => {
            found.push(on_path(FindingKind::JournalDamaged, &path));
        }
        Err(ReconcileError::LaterJournal { program, version }) => {
            let finding = on_path(FindingKind::JournalTooNew, &journal);
            found.push(finding.detail(format!("nhmt {version}: {}", program.display())));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The generations, each with its tree and its root.
fn generations(context: &Context, found: &mut Vec<Finding>) -> Result<Vec<Generation>, Failure> {
    let generations = context.profile().list()?;
    for one in &generations {
        let subject = format!("generation {}", one.number);
        if one.dangling {
            let finding = Finding::new(FindingKind::GenerationGone, subject);
            found.push(finding.detail(one.tree.display().to_string()));
        } else if keeper::has_lost_root(&one.tree, &context.profile().link_path(one.number)) {
            found.push(Finding::new(FindingKind::RootMissing, subject));
        }
    }
    Ok(generations)
}

/// The tree in force, and what links lead to it.
fn of_tree(
    context: &Context,
    home: &HomeDir,
    tree: &Path,
    settled: bool,
    found: &mut Vec<Finding>,
) -> Result<(), Failure> {
    if !tree.join("home").is_dir() {
        let finding = on_path(FindingKind::AnchorDangling, &context.layout().anchor());
        found.push(finding.detail(tree.display().to_string()));
        return Ok(());
    }
    let index = match Index::read(tree) {
        Ok(index) => index,
        Err(error @ IndexError::TooNew { .. }) => {
            found.push(on_path(FindingKind::TreeTooNew, tree).detail(error.to_string()));
            return Ok(());
        }
        Err(error) => {
            found.push(on_path(FindingKind::IndexDamaged, tree).detail(error.to_string()));
            return Ok(());
        }
    };
    let progress = Progress::start(context.ui, "looking through the home");
    let looked = reconcile::examine_links(home, &index, tree, settled, |directories| {
        // A large home has a million of them.
        if directories.is_multiple_of(1000) {
            progress.set(format!(
                "looking through the home: {directories} directories"
            ));
        }
    });
    drop(progress);
    found.extend(looked?);
    let drift = reconcile::verify(home, &index, tree)?;
    found.extend(drift.iter().map(drifted));
    let secrets = secrets::missing(context, (tree, &index))?;
    found.extend(
        secrets
            .into_iter()
            .map(|name| Finding::new(FindingKind::SecretMissing, format!("the secret {name}"))),
    );
    session::all(context, tree, found);
    Ok(())
}

fn drifted(drift: &Drift) -> Finding {
    let finding = Finding::new(FindingKind::Drift, format!("~/{}", drift.path));
    finding.detail(drift.kind.sentence())
}

/// What the profile names, against the tree in force.
fn of_profile(
    context: &Context,
    generations: &[Generation],
    tree: Option<&Path>,
    found: &mut Vec<Finding>,
) {
    let profile = context.profile();
    let named = match profile.current() {
        Ok(named) => named,
        Err(ProfileError::Foreign { .. }) => {
            found.push(on_path(FindingKind::ProfileForeign, &profile.path()));
            return;
        }
        Err(error) => {
            let finding = on_path(FindingKind::ProfileForeign, &profile.path());
            found.push(finding.detail(error.to_string()));
            return;
        }
    };
    let Some(tree) = tree else { return };
    let of_tree = |one: &&Generation| one.tree == tree;
    let Some(newest) = generations.iter().rfind(of_tree) else {
        found.push(on_path(FindingKind::TreeUnregistered, tree));
        return;
    };
    let mut having = generations.iter().filter(of_tree);
    if !having.any(|one| Some(one.number) == named) {
        let finding = on_path(FindingKind::ProfileApart, &profile.path());
        found.push(finding.detail(format!("the home is on generation {}", newest.number)));
    }
}

/// Hooks that are still to run.
fn of_hooks(context: &Context, tree: Option<&Path>, found: &mut Vec<Finding>) {
    let state: PathBuf = context.layout().state();
    match Memory::read(&state, tree) {
        Ok(memory) => {
            let pending = memory.pending().map(|batch| pending(batch, tree));
            found.extend(pending.into_iter().flatten());
        }
        Err(error @ MemoryError::Damaged { .. }) => {
            let finding = on_path(FindingKind::MemoryDamaged, &state.join("hooks"));
            let words = error.to_string();
            let what = words
                .split_once('(')
                .and_then(|(_, rest)| rest.split_once(')'));
            found.push(finding.detail(what.map_or("", |(what, _)| what)));
        }
        Err(error) => {
            let finding = on_path(FindingKind::TreeTooNew, &state.join("hooks"));
            found.push(finding.detail(error.to_string()));
        }
    }
}

fn pending(batch: &Batch, tree: Option<&Path>) -> Vec<Finding> {
    let manifest = tree.and_then(|tree| read_manifest(tree).ok());
    let Some(manifest) = manifest else {
        return Vec::new();
    };
    let declared = crate::hook::Declared::of(manifest);
    let tasks = batch.tasks(&declared);
    let finding = |task: &crate::hook::Task| {
        let finding = Finding::new(FindingKind::HookPending, task.title());
        match batch.failed(task) {
            Some(exit) => finding.detail(format!("it ended with {exit}")),
            None => finding.detail("it was not tried"),
        }
    };
    tasks.iter().map(finding).collect()
}
