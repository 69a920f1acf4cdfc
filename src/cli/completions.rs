//! `nhmt completions`

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use crate::ui::Ui;

/// Print a completion script for a shell.
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

pub(super) fn run(args: &Completions) -> ExitCode {
    // To memory first: clap_complete panics when its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nhmt", &mut script);
    Ui::default().result(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}
