//! `nhmt diff`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::report;
use super::select_generation::number;
use super::show_diff;
use super::{source, target};
use crate::generation::Number;
use crate::manifest::Index;
use crate::reconcile;
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
    #[arg(value_name = "A", value_parser = number)]
    from: Option<Number>,
    /// The number of another one
    #[arg(value_name = "B", value_parser = number)]
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
    if context.json() {
        context.ui.result(as_json(&diff));
    } else {
        show_diff::show(context.ui, &diff, old.as_deref(), &new)?;
    }
    if args.from.is_none()
        && let Some(current) = &current
    {
        note_drift(context, current)?;
    }
    let differs = args.exit_code && !diff.is_empty();
    Ok(ExitCode::from(u8::from(differs)))
}

/// The form that scripts may rely on. State and services are not managed yet,
/// so nothing of them can differ.
pub(super) fn as_json(diff: &TreeDiff) -> serde_json::Value {
    json!({
        "files": diff.files,
        "packages": diff.packages,
        "hooks": diff.hooks,
        "live": diff.live,
        "state": {},
        "services": {},
    })
}

fn tree(context: &Context, number: Number) -> Result<PathBuf, Failure> {
    Ok(context.profile().get(number)?.tree)
}

/// What the next run would put back, which no comparison of trees shows.
fn note_drift(context: &Context, current: &Path) -> Result<(), Failure> {
    let index = Index::read(current)?;
    let drift = reconcile::verify(&context.open()?, &index, current)?;
    report::drift(context.ui, &drift, |ui, what| {
        ui.note(format_args!("drift: {what}"));
    });
    Ok(())
}
