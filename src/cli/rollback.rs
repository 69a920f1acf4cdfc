//! `nhmt rollback`

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::args::SwapFlags;
use super::context::Context;
use super::failure::Failure;
use super::swap::{self, Request, Wanted};
use crate::manifest::{Index, ManagedBy, OnConflict};

/// Go back to the generation before the current one.
///
/// It stays in the list, and `nhmt select-generation` goes forward again.
#[derive(Debug, Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    flags: SwapFlags,
}

pub(super) fn run(context: &Context, args: &Rollback) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let lock = context.lock()?;
    context.keep_roots();
    let (current, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    if let Some(system) = Index::managed_by_of(&tree) {
        return Err(part_of(system));
    }
    let generations = context.profile().list()?;
    let before = generations
        .into_iter()
        .rfind(|generation| generation.number < current);
    let generation = before.ok_or_else(|| {
        Failure::new(format_args!("there is no generation before {current}"))
            .hint("`nhmt list-generations` shows which there are")
    })?;
    swap::run(
        context,
        &lock,
        &Request {
            wanted: Wanted::Generation(generation),
            flags: &args.flags,
            default_policy: OnConflict::Abort,
            started,
        },
    )
}

/// Its generations are those of the whole machine, which would bring back what
/// was left here.
fn part_of(system: ManagedBy) -> Failure {
    let (title, command) = (system.title(), system.rollback());
    Failure::new(format_args!(
        "this home is part of the {title} configuration, and goes back with it"
    ))
    .hint(format!(
        "switch the system to the generation before: `{command}`"
    ))
}
