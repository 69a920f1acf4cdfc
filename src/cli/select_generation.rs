//! `nhmt select-generation`

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::args::SwapFlags;
use super::complete;
use super::context::Context;
use super::failure::Failure;
use super::swap::{self, Request, Wanted};
use crate::generation::Number;
use crate::manifest::OnConflict;

/// Go to a generation by its number.
#[derive(Debug, Args)]
pub(super) struct SelectGeneration {
    /// The number, as `nhmt list-generations` shows it
    #[arg(value_parser = number, add = ArgValueCandidates::new(complete::generations))]
    number: Number,
    #[command(flatten)]
    flags: SwapFlags,
}

pub(super) fn run(context: &Context, args: &SelectGeneration) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let lock = context.lock()?;
    context.keep_roots();
    swap::run(
        context,
        &lock,
        &Request {
            wanted: Wanted::Generation(context.profile().get(args.number)?),
            flags: &args.flags,
            keeps_routes: false,
            default_policy: OnConflict::Abort,
            started,
        },
    )
}

/// The number of a generation, as an argument.
pub(super) fn number(text: &str) -> Result<Number, String> {
    text.parse()
        .map_err(|()| "not the number of a generation".to_owned())
}
