//! `nhmt completions`

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;

/// Print a completion script for a shell.
///
/// For bash: `nhmt completions bash > ~/.local/share/bash-completion/completions/nhmt`
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Completions) -> ExitCode {
    clap_complete::generate(args.shell, &mut Cli::command(), "nhmt", &mut io::stdout());
    ExitCode::SUCCESS
}
