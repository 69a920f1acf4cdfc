//! `nhmt diff`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::ArgValueCandidates;
use serde_json::json;

use super::complete;
use super::context::Context;
use super::declared::declare;
use super::failure::Failure;
use super::report;
use super::select_generation::number;
use super::show_diff;
use super::show_packages::PackageSizes;
use super::{source, target};
use crate::generation::Number;
use crate::manifest::{Index, OnConflict};
use crate::reconcile::{self, Plan, Way};
use crate::tree::diff::TreeDiff;

/// Show what differs between the home and the configuration, or between
/// generations.
///
/// Without arguments: the current generation against the configuration. With
/// A: generation A against the current one. With both: A against B.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt diff              what `nhmt realize` would change
  nhmt diff 3            what has changed since generation 3
  nhmt diff 3 5 --json   the same between two generations, for programs")]
pub(super) struct Diff {
    /// The number of a generation
    #[arg(value_name = "A", value_parser = number, add = ArgValueCandidates::new(complete::generations))]
    from: Option<Number>,
    /// The number of another one
    #[arg(value_name = "B", value_parser = number, add = ArgValueCandidates::new(complete::generations))]
    to: Option<Number>,
    /// Exit with 1 when something differs, as git does
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(context: &Context, args: &Diff) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    context.keep_roots();
    let current = context.open()?.current_tree()?;
    let (old, new) = match (args.from, args.to) {
        (None, _) => {
            let source = source::find(&context.global)?;
            let built = target::build(context, &source, &target::Root::None)?;
            (current.clone(), built.tree)
        }
        (Some(from), None) => {
            let new = current.clone().ok_or_else(Context::nothing_realized)?;
            (Some(tree(context, from)?), new)
        }
        (Some(from), Some(to)) => (Some(tree(context, from)?), tree(context, to)?),
    };
    let diff = TreeDiff::between(old.as_deref(), &new)?;
    let plan = match args.from {
        Some(_) => Plan::default(),
        None => in_the_home(context, current.as_deref(), &new)?,
    };
    if context.json() {
        let sizes = PackageSizes::ask(context, &diff.packages, old.as_deref(), &new)?;
        context.ui.result(as_json(&diff, sizes.as_ref(), &plan));
    } else {
        show_diff::show(context, &diff, old.as_deref(), &new)?;
        for conflict in plan.conflicts() {
            let message = conflict.message();
            context.ui.note(format_args!("in the way: {message}"));
        }
        report::drift(context.ui, plan.drift(), |ui, what| {
            ui.note(format_args!("drift: {what}"));
        });
    }
    let differs = args.exit_code && !diff.is_empty();
    Ok(ExitCode::from(u8::from(differs)))
}

/// The form that scripts may rely on. Services are not managed yet, so nothing
/// of them can differ.
fn as_json(diff: &TreeDiff, sizes: Option<&PackageSizes>, plan: &Plan) -> serde_json::Value {
    json!({
        "files": diff.files,
        "packages": PackageSizes::json(sizes, &diff.packages),
        "hooks": diff.hooks,
        "live": diff.live,
        "conflicts": plan.conflicts(),
        "drift": plan.drift(),
        "state": diff.state,
        "services": {},
    })
}

fn tree(context: &Context, number: Number) -> Result<PathBuf, Failure> {
    Ok(context.profile().get(number)?.tree)
}

/// What the next run would find in the home, which no comparison of trees
/// shows: what is in the way, and what it would put back.
fn in_the_home(context: &Context, old: Option<&Path>, new: &Path) -> Result<Plan, Failure> {
    let old = old.filter(|old| old.exists());
    let old_index = old.map(Index::read).transpose()?;
    let new_index = Index::read(new)?;
    let way = Way {
        old: old_index.as_ref(),
        new: &new_index,
        new_tree: new,
        policy: new_index.on_conflict().unwrap_or(OnConflict::Abort),
    };
    let mut plan = reconcile::plan_for(&context.open()?, &way)?;
    declare(&mut plan, new, old);
    Ok(plan)
}
