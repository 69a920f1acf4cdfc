//! `nhmt completions`

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::complete;
use super::failure::Failure;
use crate::ui::Ui;

/// Print a completion script for a shell.
///
/// The script has the shell ask `nhmt` itself, which therefore has to be on
/// `PATH`; so the numbers of generations are offered, too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt completions bash > ~/.local/share/bash-completion/completions/nhmt
  nhmt completions fish > ~/.config/fish/completions/nhmt.fish
  nhmt completions zsh  > a file _nhmt in a directory of $fpath")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Completions) -> Result<ExitCode, Failure> {
    let script = complete::script(&args.shell.to_string()).map_err(Failure::new)?;
    Ui::default().result(script);
    Ok(ExitCode::SUCCESS)
}
