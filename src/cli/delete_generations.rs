//! `nhmt delete-generations`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use clap_complete::ArgValueCandidates;
use jiff::Timestamp;
use serde_json::json;

use super::complete;
use super::context::Context;
use super::failure::Failure;
use super::keeper;
use crate::generation::{Generation, Number, Selector, select};

/// Delete generations that are not current.
///
/// Their trees go away with the next garbage collection of Nix
/// (`nix-collect-garbage`); the local store is cleared at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt delete-generations old         all but the current one
  nhmt delete-generations 30d -n      show those that nobody used for 30 days
  nhmt delete-generations 2 5-7       these")]
pub(super) struct DeleteGenerations {
    /// `old` (all but the current one), `30d` (those that were no longer in
    /// force 30 days ago), `+5` (all but the newest five), numbers, and ranges
    /// such as `3-6`
    #[arg(required = true, value_name = "WHICH", value_parser = str::parse::<Selector>, add = ArgValueCandidates::new(complete::generations_to_delete))]
    which: Vec<Selector>,
    /// Show what would be deleted
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// The newest of `doomed` that has `tree`, when none that stays has it. Nix
/// collects a tree that no generation names, also from under the home.
fn last_of(tree: &Path, all: &[Generation], doomed: &[Number]) -> Option<Number> {
    let mut having = all.iter().filter(|one| one.tree == tree).rev();
    let newest = having.clone().next()?;
    having
        .all(|one| doomed.contains(&one.number))
        .then_some(newest.number)
}

pub(super) fn run(context: &Context, args: &DeleteGenerations) -> Result<ExitCode, Failure> {
    let lock = context.lock()?;
    context.keep_roots();
    let profile = context.profile();
    let all = profile.list()?;
    let current = profile.current()?;
    let mut doomed = select(&args.which, &all, current, Timestamp::now())?;
    if let Some(tree) = lock.current_tree()?
        && let Some(number) = last_of(&tree, &all, &doomed)
    {
        doomed.retain(|doomed| *doomed != number);
        context.ui.warning(format_args!(
            "generation {number} stays: the home is on it, although the profile does not name it\n  `nhmt select-generation {number}` makes the two agree"
        ));
    }
    if !args.dry_run {
        for &number in &doomed {
            profile.remove(number)?;
        }
        keeper::collect_local(context)?;
    }
    if context.json() {
        let numbers: Vec<u64> = doomed.iter().map(|number| number.get()).collect();
        context
            .ui
            .result(json!({ "deleted": numbers, "dry_run": args.dry_run }));
        return Ok(ExitCode::SUCCESS);
    }
    let list: Vec<_> = doomed.iter().map(ToString::to_string).collect();
    let verb = if args.dry_run {
        "would delete"
    } else {
        "deleted"
    };
    match doomed.len() {
        0 => context.ui.summary("no generation to delete"),
        1 => context
            .ui
            .summary(format_args!("{verb} generation {}", list[0])),
        n => context
            .ui
            .summary(format_args!("{verb} {n} generations: {}", list.join(", "))),
    }
    Ok(ExitCode::SUCCESS)
}
