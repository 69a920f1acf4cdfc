//! `nhmt wipe`

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::at_risk::{self, Object};
use super::context::Context;
use super::failure::Failure;
use super::interrupt;
use crate::home::{HomeDir, HomeLock};
use crate::manifest::{HomePath, Index};
use crate::reconcile::{self, Stayed, Why, Wiped};
use crate::state::at_risk::{Sort, Sum, Survey};
use crate::ui::{self, BOLD, CHANGED, DIM, ERROR, Progress};

/// Empty the home down to what is managed or persisted.
///
/// What stays: the links and files of the generation in force, as nhmt left
/// them, the links to persisted places, nhmt's own directory with its backups,
/// the profile, and everything on other filesystems. All other files are
/// deleted, and no backup of them is made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt wipe --dry-run               show what would be deleted
  nhmt wipe --yes                   delete it, unless something is at risk
  nhmt wipe --yes --lose-at-risk    delete it")]
pub(super) struct Wipe {
    /// Show what would be deleted, and delete nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Delete; without it nothing is
    #[arg(long)]
    yes: bool,
    /// Delete also what is neither managed nor persisted and matches no
    /// pattern of `nhmt.atRisk.ignore`
    #[arg(long)]
    lose_at_risk: bool,
    /// What comes first
    #[arg(long, value_name = "ORDER", default_value = "size")]
    sort: Sort,
}

pub(super) fn run(context: &Context, args: &Wipe) -> Result<ExitCode, Failure> {
    if args.dry_run {
        context.note_interrupted()?;
        let home = context.open()?;
        let (_, survey) = look(context, &home)?;
        show(context, &survey, args.sort);
        at_risk::backups(context, &home)?;
        tell(context, &survey, None, args.sort);
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes {
        return Err(Failure::new(
            "nothing was deleted: `nhmt wipe` needs `--yes` to delete anything",
        )
        .hint("`nhmt wipe --dry-run` shows what it would delete"));
    }
    let start = Instant::now();
    let lock = context.lock()?;
    take_back(context, &lock)?;
    let (index, survey) = look(context, &lock)?;
    if survey.at_risk() > 0 && !args.lose_at_risk {
        return Err(refuse(context, &survey, args.sort));
    }
    show(context, &survey, args.sort);
    let whole = interrupt::hold();
    let progress = Progress::start(context.ui, "deleting");
    let mut stop = |files: u64| {
        if files.is_multiple_of(1024) {
            progress.set(format!("deleting: {}", at_risk::files(files)));
        }
        interrupt::received().is_some()
    };
    let wiped = reconcile::wipe(&lock, &index, &survey, &mut stop);
    drop(progress);
    let wiped = wiped?;
    // What could not go back to its name goes to the backups.
    context.tidy(&lock);
    tell(context, &survey, Some(&wiped), args.sort);
    done(context, &wiped, start);
    drop(whole);
    Ok(match interrupt::received() {
        Some(signal) => ExitCode::from(interrupt::code(signal)),
        None => ExitCode::from(u8::from(!wiped.stayed.is_empty())),
    })
}

/// What a program has saved in place of the link of a persisted file goes to
/// its persistent place first. While that does not work, nothing is deleted:
/// it is meant to outlive the home.
fn take_back(context: &Context, lock: &HomeLock) -> Result<(), Failure> {
    let Some((_, tree)) = context.current()? else {
        return Ok(());
    };
    let synced = reconcile::sync_routes(lock, &Index::read(&tree)?)?;
    for path in &synced.moved {
        context.ui.note(format_args!(
            "~/{path} was newer than its persistent copy, and took its place"
        ));
    }
    if synced.problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format_args!(
        "nothing was deleted, because a persisted file could not be taken back: {}",
        synced.problems.join("; ")
    ))
    .hint("`nhmt persist list` shows which; `nhmt persist sync` tries it again"))
}

/// The generation in force, and all that would go.
fn look(context: &Context, home: &HomeDir) -> Result<(Index, Survey), Failure> {
    let (_, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    refuse_store_in_home(context, &tree)?;
    let index = Index::read(&tree)?;
    let survey = at_risk::survey(context, home, Some((&tree, &index)), true)?;
    Ok((index, survey))
}

/// What belongs to a store of Nix in the home is not known, and without it the
/// links that stay would lead nowhere.
fn refuse_store_in_home(context: &Context, tree: &Path) -> Result<(), Failure> {
    let real = |path: &Path| {
        path.canonicalize().map_err(|error| {
            let path = path.display();
            Failure::new(format_args!(
                "cannot find the way to {path}: {error}; nothing was deleted"
            ))
        })
    };
    let (tree, home) = (real(tree)?, real(context.layout().home())?);
    let store = context.local_store();
    if !tree.starts_with(&home) || (store.exists() && tree.starts_with(real(store)?)) {
        return Ok(());
    }
    Err(Failure::new(format_args!(
        "the generation in force lies in the home itself, in {}, and nhmt does not know what else belongs to that store; nothing was deleted",
        tree.display()
    ))
    .hint("keep the store outside of the home, or in the one of `--backend local`"))
}

/// While something is at risk, nobody has agreed to lose it.
fn refuse(context: &Context, survey: &Survey, sort: Sort) -> Failure {
    tell(context, survey, None, sort);
    ui::complain(at_risk::table(context.ui, &survey.groups(sort)));
    at_risk::remarks(context, survey);
    let would = match survey.sum().files {
        1 => "is neither managed nor persisted and would be lost",
        _ => "are neither managed nor persisted and would be lost",
    };
    Failure::new(format_args!(
        "{} {would}; nothing was deleted",
        at_risk::told(survey.sum())
    ))
    .hint(
        "declare them in `home.persistence`, or move what you want to keep out of the home; \
         `--lose-at-risk` deletes them",
    )
}

/// What goes, for a person.
fn show(context: &Context, survey: &Survey, sort: Sort) {
    if context.json() {
        return;
    }
    at_risk::show(context, survey, sort);
    let ui = context.ui;
    let ignored = survey.ignored_sum();
    if ignored.files > 0 {
        ui.result(format_args!(
            "{BOLD}not counted:{BOLD:#} {}\n{}",
            at_risk::told(ignored),
            at_risk::table(ui, &survey.ignored_groups(sort))
        ));
    }
    if ui.verbose {
        for path in survey.paths() {
            ui.detail(format_args!("~/{path}"));
        }
    }
    let all = survey.all();
    ui.summary(format_args!(
        "{DIM}to delete:{DIM:#} {}, {}; to keep: {}",
        at_risk::told(all),
        directories(survey.empty_after() as u64),
        at_risk::counted(survey.kept() as u64, "managed or persisted path"),
    ));
}

fn directories(number: u64) -> String {
    if number == 1 {
        "1 directory".to_owned()
    } else {
        format!("{number} directories")
    }
}

/// What was deleted, and what is still there.
fn done(context: &Context, wiped: &Wiped, start: Instant) {
    const SHOWN: usize = 20;
    let ui = context.ui;
    if !context.json() {
        let sum = Sum {
            files: wiped.files,
            bytes: wiped.bytes,
        };
        ui.summary(format_args!(
            "deleted {}, {} {DIM}({}){DIM:#}",
            at_risk::told(sum),
            directories(wiped.directories),
            ui::elapsed(start.elapsed())
        ));
    }
    let shown = if ui.verbose { usize::MAX } else { SHOWN };
    for stayed in wiped.stayed.iter().take(shown) {
        ui::complain(format_args!("{CHANGED}!{CHANGED:#} {}", sentence(stayed)));
    }
    let rest = wiped.stayed.len().saturating_sub(shown);
    if rest > 0 {
        ui::complain(format_args!("  and {rest} more; `--verbose` shows all"));
    }
    if wiped.is_cut_off {
        ui::complain(format_args!(
            "{ERROR}error:{ERROR:#} interrupted; the same command deletes the rest"
        ));
    } else if !wiped.stayed.is_empty() {
        ui::complain(format_args!(
            "{ERROR}error:{ERROR:#} {} still there",
            match wiped.stayed.len() {
                1 => "1 path is".to_owned(),
                n => format!("{n} paths are"),
            }
        ));
    }
}

/// Why something is still there.
fn sentence(stayed: &Stayed) -> String {
    let path = &stayed.path;
    match stayed.why {
        Why::Changed => format!("~/{path} was changed since it was looked at, so it stays"),
        Why::Kept => format!(
            "~/{path} was changed twice while it was to go; what it was in between is in the \
             backups (`nhmt backups list`)"
        ),
        Why::Filled => {
            format!("~/{path} stays, because something has been put into it meanwhile")
        }
        Why::Refused(errno) => format!("~/{path} could not be deleted: {errno}"),
    }
}

/// Tells a program, if one reads.
fn tell(context: &Context, survey: &Survey, wiped: Option<&Wiped>, sort: Sort) {
    #[derive(Serialize)]
    struct Told {
        #[serde(flatten)]
        object: Object,
        paths: Vec<HomePath>,
    }

    if !context.json() {
        return;
    }
    let all = survey.all();
    let mut object = at_risk::remarks_json(survey);
    object["dry_run"] = wiped.is_none().into();
    object["not_counted"] = at_risk::groups(survey.ignored_groups(sort));
    object["kept"] = survey.kept().into();
    object["to_delete"] = json!({
        "files": all.files,
        "directories": survey.empty_after(),
        "bytes": all.bytes,
    });
    if let Some(wiped) = wiped {
        let stayed = wiped.stayed.iter();
        let stayed = stayed.map(|one| json!({ "path": one.path, "message": sentence(one) }));
        object["stayed"] = stayed.collect();
        object["deleted"] = json!({
            "files": wiped.files,
            "directories": wiped.directories,
            "bytes": wiped.bytes,
        });
    }
    let told = Told {
        object: Object::new(object, survey, sort),
        paths: survey.paths().collect(),
    };
    context.ui.json(&told);
}
