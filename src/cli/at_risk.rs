//! What a home would lose: looked at, and told. `nhmt status --at-risk` and
//! `nhmt wipe` share it.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use crate::home::HomeDir;
use crate::manifest::{AtRiskSpec, HomePath, Index};
use crate::reconcile::{self, Backups};
use crate::state::at_risk::{Group, Ignore, Single, Sort, Sum, Survey, Terms};
use crate::store::cache::Cache;
use crate::tree::diff::read_manifest;
use crate::ui::{self, BOLD, DIM, Progress, Table, Ui};

/// So many lines are shown unless somebody wants to read more.
const SHOWN: usize = 20;

/// So many files are shown of a directory, with `--verbose`.
const SHOWN_OF_ONE: usize = 5;

/// Walks through `home`, on the generation of `tree` and `index`; `whole` also
/// through what does not count.
pub(super) fn survey(
    context: &Context,
    home: &HomeDir,
    generation: Option<(&Path, &Index)>,
    whole: bool,
) -> Result<Survey, Failure> {
    let empty = Index::empty();
    let (spec, index) = match generation {
        Some((tree, index)) => (read_manifest(tree)?.at_risk, index),
        None => (AtRiskSpec::default(), &empty),
    };
    let mut keeps = reconcile::in_force(home, index)?;
    for place in context.profile().places()? {
        keeps.add_own(home, &place)?;
    }
    let cache = Cache::from_environment();
    if let Some(cache) = cache.dir() {
        // At worst it counts.
        let _ = keeps.add_spare(home, cache);
    }
    let ignore = Ignore::new(spec.patterns().lines());
    let progress = Progress::start(context.ui, "looking through the home");
    let terms = Terms {
        keeps: &keeps,
        ignore: &ignore,
        whole,
        progress: &|names| progress.set(format!("looking through the home: {names} names")),
    };
    Ok(Survey::take(home, &terms)?)
}

/// `1 file`, `3 files`
pub(super) fn files(number: u64) -> String {
    counted(number, "file")
}

/// `1 thing`, `3 things`
pub(super) fn counted(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// `3 files, 1.2 MiB`
pub(super) fn told(sum: Sum) -> String {
    format!("{}, {}", files(sum.files), ui::size(sum.bytes))
}

/// Groups as lines, the first of them.
pub(super) fn table(ui: Ui, groups: &[Group]) -> String {
    let shown = if ui.verbose { usize::MAX } else { SHOWN };
    let now = Timestamp::now().as_second();
    let mut table = Table::default();
    for group in groups.iter().take(shown) {
        let (number, slash) = if group.is_directory {
            (files(group.files), "/")
        } else {
            (String::new(), "")
        };
        table.row([
            format!("  {:>9}", ui::size(group.bytes)),
            format!("{:>9}", ui::age(now.saturating_sub(group.newest))),
            number,
            format!("~/{}{slash}", group.path),
        ]);
    }
    let rest = groups.iter().skip(shown);
    let bytes: u64 = rest.clone().map(|group| group.bytes).sum();
    let mut text = table.to_string();
    if rest.len() > 0 {
        let (number, bytes) = (rest.len(), ui::size(bytes));
        let _ = write!(
            text,
            "\n{DIM}  and {number} more, {bytes}; `--verbose` shows all{DIM:#}"
        );
    }
    text
}

/// What is at risk, for a person.
pub(super) fn show(context: &Context, survey: &Survey, sort: Sort) {
    let ui = context.ui;
    let groups = survey.groups(sort);
    if groups.is_empty() {
        ui.result("nothing is at risk: all of this home is managed, persisted, or does not count");
    } else {
        let would = if survey.sum().files == 1 {
            "is neither managed nor persisted"
        } else {
            "are neither managed nor persisted"
        };
        ui.result(format_args!(
            "{BOLD}at risk:{BOLD:#} {} {would}\n{}",
            told(survey.sum()),
            table(ui, &groups)
        ));
        if ui.verbose {
            largest(ui, survey, &groups, sort);
        }
    }
    remarks(context, survey);
}

/// The first files of each directory.
fn largest(ui: Ui, survey: &Survey, groups: &[Group], sort: Sort) {
    let singles = survey.singles(sort);
    for group in groups.iter().filter(|group| group.is_directory) {
        ui.detail(format_args!("~/{}/", group.path));
        let inside = singles.iter().filter(|one| one.path.is_below(&group.path));
        for one in inside.take(SHOWN_OF_ONE) {
            ui.detail(format_args!("  {:>9}  ~/{}", ui::size(one.bytes), one.path));
        }
    }
}

/// What is beside the point, and should be known.
pub(super) fn remarks(context: &Context, survey: &Survey) {
    let ui = context.ui;
    let ignored = survey.ignored();
    if let Some(first) = ignored.first() {
        let more = match ignored.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        ui.note(format_args!(
            "{DIM}not counted, by a pattern of `nhmt.atRisk.ignore`: ~/{first}{more}{DIM:#}"
        ));
        for path in ignored.iter().skip(1) {
            ui.detail(format_args!("  ~/{path}"));
        }
    }
    for mounted in survey.mounts() {
        let what = if mounted.is_same_filesystem {
            "another place of the home's filesystem is mounted there"
        } else {
            "another filesystem is mounted there"
        };
        ui.note(format_args!(
            "{DIM}not looked at: ~/{}, {what}{DIM:#}",
            mounted.path
        ));
    }
    for one in survey.unreadable() {
        ui.warning(format_args!(
            "~/{} cannot be read, so what is in it is not known: {}",
            one.path, one.errno
        ));
    }
}

/// The backups, which are neither at risk nor persisted.
pub(super) fn backups(context: &Context, home: &HomeDir) -> Result<Sum, Failure> {
    let list = Backups::of(home).list()?;
    let sum = Sum {
        files: list.len() as u64,
        bytes: list.iter().map(|backup| backup.size).sum(),
    };
    if sum.files > 0 && !context.json() {
        context.ui.note(format_args!(
            "{DIM}{}, {}, in {}: `nhmt wipe` leaves them, and they go with the home's filesystem{DIM:#}",
            counted(sum.files, "backup"),
            ui::size(sum.bytes),
            context.layout().backups().display()
        ));
    }
    Ok(sum)
}

/// What a program is told: a home may have a million files, so those are
/// written one after another.
#[derive(Serialize)]
pub(super) struct Object {
    #[serde(flatten)]
    pub rest: Value,
    pub at_risk: Files,
}

impl Object {
    /// `rest`, an object, with all that is at risk.
    pub fn new(rest: Value, survey: &Survey, sort: Sort) -> Self {
        let at_risk = Files(survey.singles(sort));
        Self { rest, at_risk }
    }
}

/// Each file by itself.
pub(super) struct Files(Vec<Single>);

impl Serialize for Files {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct File<'a> {
            path: &'a HomePath,
            kind: &'static str,
            bytes: u64,
            modified: Option<String>,
        }
        serializer.collect_seq(self.0.iter().map(|one| File {
            path: &one.path,
            kind: if one.is_link { "link" } else { "file" },
            bytes: one.bytes,
            modified: time(one.modified.0, one.modified.1),
        }))
    }
}

/// Directories and files, as they are shown to a person.
pub(super) fn groups(groups: Vec<Group>) -> Value {
    let all = groups.into_iter().map(|group| {
        json!({
            "path": group.path,
            "kind": if group.is_directory { "directory" } else { "file" },
            "files": group.files,
            "bytes": group.bytes,
            "newest": time(group.newest, 0),
        })
    });
    Value::Array(all.collect())
}

fn time(seconds: i64, nanoseconds: u64) -> Option<String> {
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    Timestamp::new(seconds, nanoseconds)
        .ok()
        .map(|time| time.to_string())
}

/// What is beside the point, and should be known.
pub(super) fn remarks_json(survey: &Survey) -> Value {
    let mounts = survey.mounts().iter().map(
        |mounted| json!({ "path": mounted.path, "same_filesystem": mounted.is_same_filesystem }),
    );
    let unreadable = survey
        .unreadable()
        .iter()
        .map(|one| json!({ "path": one.path, "message": one.errno.to_string() }));
    json!({
        "ignored": survey.ignored(),
        "mounts": mounts.collect::<Vec<_>>(),
        "unreadable": unreadable.collect::<Vec<_>>(),
    })
}
