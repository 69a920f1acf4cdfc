//! `nhmt realize`

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::args::SwapFlags;
use super::context::Context;
use super::failure::Failure;
use super::of_system;
use super::source::{self, Source};
use super::swap::{self, Request, Wanted};
use super::target;
use crate::manifest::OnConflict;

/// Build the configuration and swap it into the home.
///
/// Everything that is in the way is named first, and then nothing is changed
/// (exit 3). A new generation is made only when something differs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt realize --ask           show the difference first, and ask
  nhmt realize -b              move files in the way to the backups
  nhmt realize -f ./home.nix   use this configuration
  nhmt realize --flake .#alice")]
pub(super) struct Realize {
    #[command(flatten)]
    flags: SwapFlags,
}

pub(super) fn run(context: &Context, args: &Realize) -> Result<ExitCode, Failure> {
    let source = source::find(&context.global)?;
    realize(context, &source, &args.flags)
}

/// Builds `source` and swaps it in.
pub(super) fn realize(
    context: &Context,
    source: &Source,
    flags: &SwapFlags,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let lock = context.lock()?;
    context.keep_roots();
    of_system::warn(context)?;
    let built = target::build(context, source, &target::Root::Pending)?;
    let other = context.with_profile_of(&built.tree)?;
    swap::run(
        other.as_ref().unwrap_or(context),
        &lock,
        &Request {
            wanted: Wanted::Tree(built.tree.clone()),
            flags,
            keeps_routes: false,
            default_policy: OnConflict::Abort,
            started,
        },
    )
}
