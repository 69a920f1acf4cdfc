//! `nhmt persist`

mod add;
mod configuration;
mod list;
mod sync;
mod watch;

pub(super) use configuration::{replace, state_of};

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::interrupt;
use super::typed_path::in_home;
use crate::manifest::Index;
use crate::reconcile::{self, Keep, Synced};
use crate::ui::{ERROR, complain};

/// See to what outlives the home.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt persist list
  nhmt persist add ~/.config/app
  nhmt persist add ~/Music --root /srv/big --write
  nhmt persist resolve ~/.ssh --keep home
  nhmt persist sync")]
pub(super) struct Persist {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the persisted paths, and how each is found
    List,
    /// Persist a path at once, and print what to add to the configuration
    ///
    /// Its data moves to the root, and a link leads there. Without a root in
    /// the configuration, name one.
    Add(add::Add),
    /// Decide which data stays where the home and the root both have some
    ///
    /// The other becomes a backup.
    Resolve {
        /// A path in the home; a relative one starts from the current directory
        /// when that is in the home, else from the home
        path: PathBuf,
        /// Whose data stays
        #[arg(long, value_name = "WHOSE")]
        keep: Whose,
    },
    /// Take back files that programs replaced by others, without evaluating
    /// anything
    ///
    /// A program that saves by moving a new file over the old one puts a plain
    /// file where the link to a persisted file was. That file moves to the
    /// root, and the link comes back.
    Sync {
        /// Go on doing so whenever it happens, until a signal ends it, and once
        /// more then
        #[arg(long)]
        watch: bool,
    },
}

/// Whose data stays.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Whose {
    /// That of the home
    Home,
    /// That of the persistent directory
    Persistent,
}

pub(super) fn run(context: &Context, args: &Persist) -> Result<ExitCode, Failure> {
    match &args.what {
        What::List => list::run(context),
        What::Add(args) => add::run(context, args),
        What::Resolve { path, keep } => resolve(context, path, *keep),
        What::Sync { watch: false } => sync::run(context),
        What::Sync { watch: true } => watch::run(context),
    }
}

/// The index of the tree in force; one without leaves when there is none.
fn index(context: &Context) -> Result<Index, Failure> {
    match context.open()?.current_tree()? {
        Some(tree) => Ok(Index::read(&tree)?),
        None => Ok(Index::empty()),
    }
}

fn resolve(context: &Context, typed: &Path, keep: Whose) -> Result<ExitCode, Failure> {
    let path = in_home(context.layout().home(), typed)?;
    let lock = context.lock()?;
    let index = index(context)?;
    let _whole = interrupt::hold();
    let keep = match keep {
        Whose::Home => Keep::Home,
        Whose::Persistent => Keep::Persistent,
    };
    let done = reconcile::resolve_route(&lock, &index, &path, keep)?;
    let decided = !(done.moved.is_empty() && done.backed_up.is_empty() && done.kept.is_empty());
    let summary = match keep {
        // A command that was cut off had come so far.
        _ if !decided => format!("~/{path} leads to its persistent data; that was decided before"),
        Keep::Home => format!("~/{path} has the data of the home"),
        Keep::Persistent => format!("~/{path} has the data of the persistent directory"),
    };
    Ok(report(context, &done, &summary))
}

/// Says what was done; fails when something could not be.
fn report(context: &Context, done: &Synced, summary: &str) -> ExitCode {
    for (set, path) in &done.backed_up {
        context.ui.note(format_args!(
            "what the home had at ~/{path} is in the backups of {set}; `nhmt backups list` shows it"
        ));
    }
    for place in &done.kept {
        context.ui.note(format_args!(
            "what the persistent directory had is kept as {}",
            place.display()
        ));
    }
    // The command fails of them.
    for problem in &done.problems {
        complain(format_args!("{ERROR}error:{ERROR:#} {problem}"));
    }
    if context.json() {
        context.ui.result(json!({
            "moved": done.moved,
            "backedUp": done.backed_up.iter().map(|(set, path)| json!({ "set": set, "path": path })).collect::<Vec<_>>(),
            "kept": done.kept,
            "problems": done.problems,
        }));
    } else if done.problems.is_empty() {
        context.ui.summary(summary);
    }
    ExitCode::from(u8::from(!done.problems.is_empty()))
}
