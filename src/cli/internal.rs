//! `nhmt internal`: what nhmt runs as the builder of its own derivations.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use crate::tree::internal::{Internal, internal};

#[derive(Debug, Args)]
pub(super) struct InternalCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum What {
    /// Build a home tree from the attributes of its derivation
    BuildTree,
    /// Merge packages into one environment
    BuildPackages,
}

pub(super) fn run(args: &InternalCommand) -> Result<ExitCode, Failure> {
    let kind = match args.what {
        What::BuildTree => Internal::BuildTree,
        What::BuildPackages => Internal::BuildPackages,
    };
    internal(kind).map_err(Failure::new)?;
    Ok(ExitCode::SUCCESS)
}
