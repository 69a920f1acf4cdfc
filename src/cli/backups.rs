//! `nhmt backups`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::list_generations::local_time;
use super::typed_path::in_home;
use crate::manifest::HomePath;
use crate::reconcile::{Backup, Backups, Expire};
use crate::ui::Table;

/// List, restore and expire what was moved out of the way.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt backups list
  nhmt backups restore ~/.bashrc
  nhmt backups expire --older-than 30d")]
pub(super) struct BackupsCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the backups, by generation and path
    List,
    /// Copy a backup back to its place in the home
    ///
    /// A link of nhmt's there gives way; anything else is left alone.
    Restore {
        /// A path in the home; a relative one starts from the current directory
        /// when that is in the home, else from the home
        path: PathBuf,
        /// The generation whose run moved it (as `nhmt backups list` shows it)
        /// [default: the newest backup of the path]
        #[arg(long, value_name = "GENERATION")]
        from: Option<String>,
    },
    /// Delete old backups
    Expire {
        /// Those older than so many days, such as `30d`
        #[arg(long, value_name = "DAYS", value_parser = days)]
        older_than: u64,
        /// Show what would be deleted
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
}

pub(super) fn run(context: &Context, args: &BackupsCommand) -> Result<ExitCode, Failure> {
    match &args.what {
        What::List => list(context),
        What::Restore { path, from } => {
            let path = in_home(context.layout().home(), path)?;
            restore(context, &path, from.as_deref())
        }
        What::Expire {
            older_than,
            dry_run,
        } => expire(context, *older_than, *dry_run),
    }
}

fn list(context: &Context) -> Result<ExitCode, Failure> {
    let home = context.open()?;
    let mut backups = Backups::of(&home).list()?;
    backups.sort_by(|a, b| (a.generation, &a.path, &a.set).cmp(&(b.generation, &b.path, &b.set)));
    if context.json() {
        context.ui.result(json!(backups));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    for backup in &backups {
        table.row([
            backup.set.clone(),
            made(backup),
            format!("{} bytes", backup.size),
            backup.path.to_string(),
        ]);
    }
    if table.is_empty() {
        context.ui.note("no backups");
    } else {
        context.ui.result(table);
    }
    Ok(ExitCode::SUCCESS)
}

fn restore(context: &Context, path: &HomePath, from: Option<&str>) -> Result<ExitCode, Failure> {
    let lock = context.lock()?;
    let backups = Backups::of(&lock).list()?;
    let mut of_path = backups.iter().filter(|backup| backup.path == *path);
    let found = match from {
        Some(set) => of_path.find(|backup| backup.set == set),
        // They come oldest first.
        None => of_path.next_back(),
    };
    let backup = found.ok_or_else(|| {
        Failure::new(format_args!("there is no backup of {path}"))
            .hint("`nhmt backups list` shows which there are")
    })?;
    Backups::restore(&lock, &backup.set, path)?;
    if context.json() {
        context
            .ui
            .result(json!({ "restored": path, "from": backup.set }));
        return Ok(ExitCode::SUCCESS);
    }
    context.ui.summary(format_args!(
        "restored {path} from the backups of generation {}",
        backup.set
    ));
    Ok(ExitCode::SUCCESS)
}

fn expire(context: &Context, older_than: u64, dry_run: bool) -> Result<ExitCode, Failure> {
    let lock = context.lock()?;
    let which = Expire::OlderThan(older_than);
    let number = if dry_run {
        Backups::of(&lock)
            .list()?
            .iter()
            .filter(|backup| which.takes(backup))
            .count()
    } else {
        Backups::expire(&lock, which)?
    };
    if context.json() {
        context
            .ui
            .result(json!({ "expired": number, "dry_run": dry_run }));
    } else {
        let verb = if dry_run { "would delete" } else { "deleted" };
        let things = if number == 1 { "backup" } else { "backups" };
        context.ui.summary(format_args!("{verb} {number} {things}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn made(backup: &Backup) -> String {
    let seconds = i64::try_from(backup.when).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), local_time)
}

/// `30d` in seconds.
fn days(text: &str) -> Result<u64, String> {
    let number = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<u64>().ok());
    number
        .and_then(|days| days.checked_mul(24 * 60 * 60))
        .ok_or_else(|| "write a number of days, such as `30d`".to_owned())
}
