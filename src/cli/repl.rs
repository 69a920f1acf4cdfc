//! `nhmt repl`

use std::process::ExitCode;

use clap::Args;

use super::context::Context;
use super::failure::Failure;
use super::source::{self, Source};
use super::{Code, exit_code, interrupt, target};

/// Open Nix's prompt with the evaluated configuration in scope.
///
/// That is `config`, `options`, `lib` and `pkgs`. Without a configuration they
/// are those of one that sets nothing.
#[derive(Debug, Args)]
pub(super) struct Repl {
    /// Arguments for `nix repl`
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Repl) -> Result<ExitCode, Failure> {
    let source = source::look_for(&context.global)?;
    if let Some(Source::Manifest(path)) = &source {
        return Err(Failure::new(format_args!(
            "{} is a manifest, which has no options to look at",
            path.display()
        ))
        .code(Code::Usage)
        .hint("name a configuration in Nix with -f PATH or --flake REF"));
    }
    let nix = &context.global.nix;
    let changes_inputs = !nix.override_input.is_empty() || !nix.update_input.is_empty();
    if changes_inputs || nix.recreate_lock_file {
        return Err(Failure::new(
            "the prompt reads a flake as its lock file says, and cannot take other inputs",
        )
        .code(Code::Usage)
        .hint("change the lock file first: `nix flake lock`, `nix flake update`"));
    }
    let (mut command, _file) = target::repl(context, source.as_ref())?;
    command.args(&args.arguments);
    let status = interrupt::leave_to(&mut command, None)
        .map_err(|error| Failure::new(format_args!("cannot start nix: {error}")))?;
    Ok(exit_code(status))
}
