//! `nhmt internal`: what nhmt runs as the builder of its own derivations, in
//! its own containers, and in its hooks.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::inside;
use super::man;
use super::services;
use crate::tree::internal::{Internal, internal};

#[derive(Debug, Args)]
pub(super) struct InternalCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Build a home tree from the attributes of its derivation
    BuildTree,
    /// Merge packages into one environment
    BuildPackages,
    /// Wrap the programs of a package
    BuildWrapper,
    /// Write the manual pages of all commands
    Man {
        /// Where to
        dir: PathBuf,
    },
    Enter(inside::Enter),
    Exec(inside::Exec),
    Foreground(inside::TakeForeground),
    SwitchServices(services::SwitchServices),
}

pub(super) fn run(args: &InternalCommand) -> Result<ExitCode, Failure> {
    let kind = match &args.what {
        What::BuildTree => Internal::BuildTree,
        What::BuildPackages => Internal::BuildPackages,
        What::BuildWrapper => Internal::BuildWrapper,
        What::Man { dir } => {
            let cannot = |error| Failure::new(format_args!("{}: {error}", dir.display()));
            man::write(dir).map_err(cannot)?;
            return Ok(ExitCode::SUCCESS);
        }
        What::Enter(args) => return inside::enter(args),
        What::Exec(args) => return inside::exec(args),
        What::Foreground(args) => return inside::take_foreground(*args),
        What::SwitchServices(args) => return services::run(args),
    };
    internal(kind).map_err(Failure::new)?;
    Ok(ExitCode::SUCCESS)
}
