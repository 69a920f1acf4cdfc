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
use crate::home::HomeLock;
use crate::manifest::{BackupsSpec, Days, HomePath, Index, Size};
use crate::reconcile::{Backup, Backups, Expire, Expired};
use crate::ui::{self, Table};

/// List, restore and expire what was moved out of the way.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt backups list
  nhmt backups restore ~/.bashrc
  nhmt backups expire --older-than 30d
  nhmt backups expire --max-size 500M --dry-run")]
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
    /// A link of nhmt's there gives way; anything else is left alone. A
    /// directory above it that is missing is made.
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
    ///
    /// Without a rule, those that the configuration names (`nhmt.backups`), or
    /// those older than 90 days when it names none.
    Expire {
        /// Those older than so many days, such as `30d`
        #[arg(long, value_name = "DAYS", value_parser = days)]
        older_than: Option<u64>,
        /// The oldest, until the rest takes no more room than this, such as
        /// `500M`; content that is stored once counts once
        #[arg(long, value_name = "SIZE", value_parser = bytes)]
        max_size: Option<u64>,
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
            max_size,
            dry_run,
        } => expire(context, *older_than, *max_size, *dry_run),
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
    let table = table(&backups);
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

/// What expires when nobody says.
const DEFAULT_AGE: u64 = 90 * 24 * 60 * 60;

/// What stays when a run lets backups go by itself: a day, to notice.
const YOUNG: u64 = 24 * 60 * 60;

fn expire(
    context: &Context,
    older_than: Option<u64>,
    max_size: Option<u64>,
    dry_run: bool,
) -> Result<ExitCode, Failure> {
    let which = Expire {
        older_than,
        max_size,
        ..Expire::default()
    };
    let (home, lock);
    let backups = if dry_run {
        home = context.open()?;
        lock = None;
        Backups::of(&home)
    } else {
        lock = Some(context.lock()?);
        Backups::of(lock.as_ref().expect("locked just now"))
    };
    let which = match which {
        which if which != Expire::default() => which,
        _ => configured(&backups)?,
    };
    let expired = match &lock {
        Some(lock) => Backups::expire(lock, &which)?,
        None => backups.expiring(&which)?,
    };
    let number = expired.backups.len();
    if context.json() {
        context.ui.result(json!({
            "expired": number,
            "bytes": expired.bytes,
            "backups": expired.backups,
            "dry_run": dry_run,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    if dry_run && number > 0 {
        context.ui.result(table(&expired.backups));
    }
    let verb = if dry_run { "would delete" } else { "deleted" };
    context
        .ui
        .summary(format_args!("{verb} {}", told(&expired)));
    Ok(ExitCode::SUCCESS)
}

/// The rule of the configuration in force.
fn configured(backups: &Backups<'_>) -> Result<Expire, Failure> {
    let index = match backups.home().current_tree()? {
        Some(tree) if tree.join("index").exists() => Index::read(&tree)?,
        _ => Index::empty(),
    };
    let mut which = rule(index.backups());
    if which == Expire::default() {
        which.older_than = Some(DEFAULT_AGE);
    }
    Ok(which)
}

fn rule(spec: &BackupsSpec) -> Expire {
    Expire {
        older_than: spec.older_than.map(Days::seconds),
        max_size: spec.max_size.map(Size::bytes),
        ..Expire::default()
    }
}

/// Lets go of what the configuration says, after a run that changed the home
/// and moved `kept` to the backups. Without a word in the configuration,
/// nothing: they are the person's.
pub(super) fn expire_after_run(
    context: &Context,
    lock: &HomeLock,
    spec: &BackupsSpec,
    kept: &[(String, HomePath)],
) {
    if spec.is_empty() {
        return;
    }
    let which = Expire {
        young: YOUNG,
        stay: kept.iter().cloned().collect(),
        ..rule(spec)
    };
    match Backups::expire(lock, &which) {
        Ok(expired) if expired.backups.is_empty() => {}
        Ok(expired) => context.ui.note(format_args!(
            "deleted {}, as `nhmt.backups` of the configuration says",
            told(&expired)
        )),
        Err(error) => context.ui.warning(format_args!("{error}")),
    }
}

/// `3 backups, 1.2 MiB`
fn told(expired: &Expired) -> String {
    let number = expired.backups.len();
    let things = if number == 1 { "backup" } else { "backups" };
    if number == 0 {
        return format!("{number} {things}");
    }
    format!("{number} {things}, {}", ui::size(expired.bytes))
}

fn table(backups: &[Backup]) -> Table {
    let mut table = Table::default();
    for backup in backups {
        table.row([
            backup.set.clone(),
            made(backup),
            ui::size(backup.size),
            backup.path.to_string(),
        ]);
    }
    table
}

fn made(backup: &Backup) -> String {
    let seconds = i64::try_from(backup.when).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), local_time)
}

/// `30d` in seconds.
fn days(text: &str) -> Result<u64, String> {
    Days::try_from(text.to_owned()).map(Days::seconds)
}

/// `500M` in bytes.
fn bytes(text: &str) -> Result<u64, String> {
    Size::try_from(text.to_owned()).map(Size::bytes)
}
