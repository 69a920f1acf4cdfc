//! The command line: arguments, and one file for each command.
//!
//! A command is a `clap::Args` structure whose doc comments are its help, and
//! a function `run` that parses, calls the library and prints.

mod activate;
mod add;
mod args;
mod at_risk;
mod backups;
mod build;
mod complete;
mod completions;
mod container_state;
mod container_view;
mod context;
mod declared;
mod delete_generations;
mod diff;
mod doctor;
mod edit;
mod failure;
mod home_manager;
mod hooks;
mod import;
mod init;
mod inside;
mod internal;
mod interrupt;
mod keeper;
mod left_behind;
mod list_generations;
mod man;
mod misplaced;
mod of_system;
mod options;
mod package_list;
mod packages;
mod pager;
mod persist;
mod re_add;
mod realize;
mod refuse;
mod repl;
mod report;
mod rollback;
mod scratch;
mod secrets;
mod select_generation;
mod services;
mod show_diff;
mod show_packages;
mod source;
mod status;
mod swap;
mod take_back;
mod target;
mod test_container;
mod tracked;
mod typed_path;
mod uninstall;
mod which_tree;
mod why;
mod wipe;

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

use clap::Parser;
use clap::error::ErrorKind;
use rustix::process::{Resource, getrlimit, setrlimit};

use args::{Cli, Command};
use context::Context;
use failure::Failure;

use crate::ui::{self, ERROR, Ui};

/// The exit codes that scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Something failed.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// Something is in the way, and nothing was changed.
    Conflicts = 3,
    /// The configuration did not evaluate or build.
    Evaluation = 4,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    match complete::answer() {
        Ok(false) => run(std::env::args_os()),
        Ok(true) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(mut error) => {
            misplaced::explain(&mut error);
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ => ExitCode::from(Code::Usage as u8),
            };
        }
    };
    Ui::choose_color(cli.global.color);
    allow_many_files();
    let outcome = dispatch(cli);
    if let (Err(failure), Some(signal)) = (&outcome, interrupt::received())
        && failure.is_nix_killed
    {
        ui::complain(format_args!(
            "{ERROR}error:{ERROR:#} interrupted; nothing was changed"
        ));
        return ExitCode::from(interrupt::code(signal));
    }
    if let Some(error) = ui::lost_output() {
        ui::complain(format_args!(
            "{ERROR}error:{ERROR:#} cannot write to standard output: {error}"
        ));
        return ExitCode::from(Code::Failed as u8);
    }
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            ui::complain(format_args!("{ERROR}error:{ERROR:#} {failure}"));
            ExitCode::from(failure.code as u8)
        }
    }
}

/// A run holds a directory open for each file that it backs up, and the usual
/// soft limit of 1024 is meant for programs that use select(2).
fn allow_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // With fewer, only large runs fail, and say so.
    let _ = setrlimit(Resource::Nofile, limit);
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Internal(args) => return internal::run(&args),
        Command::Completions(args) => return completions::run(&args),
        _ => {}
    }
    interrupt::watch();
    // Its home is not one that commands work on.
    if let Command::TestContainer(args) = &cli.command {
        return test_container::run(cli.global, args);
    }
    if let (None, Command::Activate(args)) = (&cli.global.home, &cli.command) {
        args.begin_at_home()?;
    }
    let context = Context::new(cli.global)?;
    match cli.command {
        Command::Realize(args) => realize::run(&context, &args),
        Command::Build(args) => build::run(&context, &args),
        Command::Diff(args) => diff::run(&context, &args),
        Command::Rollback(args) => rollback::run(&context, &args),
        Command::ListGenerations => list_generations::run(&context),
        Command::SelectGeneration(args) => select_generation::run(&context, &args),
        Command::DeleteGenerations(args) => delete_generations::run(&context, &args),
        Command::Packages(args) => packages::run(&context, &args),
        Command::Status(args) => status::run(&context, &args),
        Command::Options(args) => options::run(&context, &args),
        Command::Repl(args) => repl::run(&context, &args),
        Command::Why(args) => why::run(&context, &args),
        Command::Init(args) => init::run(&context, &args),
        Command::Edit(args) => edit::run(&context, &args),
        Command::Add(args) => add::run(&context, &args),
        Command::ReAdd(args) => re_add::run(&context, &args),
        Command::Import(args) => import::run(&context, &args),
        Command::Activate(args) => activate::run(&context, &args),
        Command::Backups(args) => backups::run(&context, &args),
        Command::Secrets(args) => secrets::run(&context, &args),
        Command::Uninstall(args) => uninstall::run(&context, &args),
        Command::Wipe(args) => wipe::run(&context, &args),
        Command::Persist(args) => persist::run(&context, &args),
        Command::Doctor(args) => doctor::run(&context, &args),
        Command::Internal(_) | Command::Completions(_) | Command::TestContainer(_) => {
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// How a process ended that ran on our behalf, as shells report it.
fn exit_code(status: ExitStatus) -> ExitCode {
    let signal = || status.signal().map(|signal| 128 + signal);
    let code = status.code().or_else(signal).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
