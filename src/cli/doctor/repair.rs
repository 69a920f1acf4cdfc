//! What `--repair` does. Whether it helped is found by looking again.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::hooks::{self, Hooks};
use crate::cli::interrupt;
use crate::generation::Number;
use crate::home::HomeLock;
use crate::hook::Memory;
use crate::manifest::Index;
use crate::reconcile::{self, Finding, FindingKind};

/// Repairs what of `found` can be repaired; gives what could not be done.
pub(super) fn all(context: &Context, found: &[Finding]) -> Result<Vec<String>, Failure> {
    let lock = context.lock_as_it_is()?;
    let has = |kind| found.iter().any(|one| one.kind == kind);
    if has(FindingKind::JournalDamaged) {
        let _whole = interrupt::hold();
        reconcile::set_journal_aside(&lock)?;
    }
    context.recover(&lock)?;
    context.tidy(&lock);
    let _whole = interrupt::hold();
    context.keep_roots();
    let number = context.profile().current().ok().flatten();
    let mut problems = reconcile::mend(&lock, found, number.map_or(0, Number::get));
    for finding in found {
        let done = match finding.kind {
            FindingKind::AnchorMissing | FindingKind::AnchorDangling => anchor(context, &lock),
            FindingKind::ProfileApart => profile(context, &lock),
            _ => Ok(()),
        };
        problems.extend(done.err().map(|failure| failure.to_string()));
    }
    let damaged = context.layout().state().join("hooks");
    let damaged = damaged.display().to_string();
    if found
        .iter()
        .any(|one| one.kind == FindingKind::MemoryDamaged && one.subject == damaged)
    {
        let moved = Memory::move_away(&context.layout().state());
        problems.extend(moved.err().map(|error| format!("{damaged}: {error}")));
    }
    if has(FindingKind::HookPending) {
        hooks(context, &lock)?;
    }
    Ok(problems)
}

/// Turns the anchor to the generation of the profile, if its tree is there.
fn anchor(context: &Context, lock: &HomeLock) -> Result<(), Failure> {
    let Some(number) = context.profile().current()? else {
        return Err(Failure::new("the profile names no generation"));
    };
    let generation = context.profile().get(number)?;
    Ok(reconcile::turn_anchor(lock, &generation.tree)?)
}

/// Turns the profile to the generation that the home is on.
fn profile(context: &Context, lock: &HomeLock) -> Result<(), Failure> {
    let tree = lock.current_tree()?;
    let generations = context.profile().list()?;
    let mut generations = generations.iter().rev();
    if let Some(one) = generations.find(|one| Some(&one.tree) == tree.as_ref()) {
        context.profile().point_to(one.number)?;
    }
    Ok(())
}

/// Tries the hooks again that are still to run.
fn hooks(context: &Context, lock: &HomeLock) -> Result<(), Failure> {
    let Some(tree) = lock.current_tree()? else {
        return Ok(());
    };
    let index = Index::read(&tree)?;
    let ran = Hooks::read(context)?.run_owed((&tree, &index))?;
    hooks::report(context.ui, &ran);
    Ok(())
}
