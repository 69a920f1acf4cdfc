//! `nhmt rollback`

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::args::SwapFlags;
use super::context::Context;
use super::failure::Failure;
use super::of_system;
use super::swap::{self, Request, Wanted};
use crate::manifest::OnConflict;

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
    of_system::refuse_rollback(&tree)?;
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
            keeps_routes: false,
            default_policy: OnConflict::Abort,
            started,
        },
    )
}
