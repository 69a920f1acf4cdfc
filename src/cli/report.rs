//! What a run that changes the home says at its end.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::context::Context;
use super::hooks;
use super::show_packages::PackageCounts;
use crate::generation::Number;
use crate::hook::{self, Status};
use crate::reconcile::{Conflict, Counts, Drift, Plan};
use crate::ui::{self, BOLD, CHANGED, DIM, ERROR, Ui};

/// What happened, or would.
pub(super) struct Outcome {
    pub generation: Option<Number>,
    pub previous: Option<Number>,
    pub changed: bool,
    pub path: PathBuf,
    pub counts: Counts,
    pub packages: PackageCounts,
    pub drift: Vec<Drift>,
    pub conflicts: Vec<Conflict>,
    pub backed_up: usize,
    /// Persisted paths whose data moved to their roots.
    pub adopted: usize,
    pub hooks: Vec<hook::Outcome>,
    pub dry_run: bool,
    pub elapsed: Duration,
}

impl Outcome {
    /// One line: what changed, and how long it took.
    fn sentence(&self) -> String {
        let counts = self.counts;
        let parts = [
            (counts.created, "created"),
            (counts.changed, "changed"),
            (counts.removed, "removed"),
            (counts.repaired, "put back"),
            (self.backed_up, "backed up"),
            (self.adopted, "moved to persistent storage"),
        ];
        let some: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        let links = if some.is_empty() {
            format!("{} as they were", links(counts.unchanged))
        } else {
            format!("{}, {} unchanged", some.join(", "), counts.unchanged)
        };
        let hooks = [(Status::Ok, "ran"), (Status::Failed, "failed")];
        let hooks = hooks.map(|(status, word)| {
            let of = self.hooks.iter().filter(|hook| hook.status == status);
            match of.count() {
                0 => String::new(),
                1 => format!(", 1 hook {word}"),
                n => format!(", {n} hooks {word}"),
            }
        });
        links + &self.packages.words() + &hooks.concat()
    }

    fn json(&self) -> serde_json::Value {
        let counts = self.counts;
        json!({
            "generation": self.generation.map(Number::get),
            "previous": self.previous.map(Number::get),
            "changed": self.changed,
            "dry_run": self.dry_run,
            "path": self.path,
            "links": {
                "created": counts.created,
                "removed": counts.removed,
                "changed": counts.changed,
                "repaired": counts.repaired,
                "unchanged": counts.unchanged,
            },
            "packages": self.packages,
            "backed_up": self.backed_up,
            "state": { "adopted": self.adopted },
            "conflicts": self.conflicts,
            "drift": self.drift,
            "hooks": self.hooks,
            "elapsed_ms": u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn touched(&self) -> bool {
        let counts = self.counts;
        self.changed || counts.created + counts.removed + counts.changed + counts.repaired > 0
    }
}

/// So many links, in words.
pub(super) fn links(number: usize) -> String {
    format!("{number} {}", if number == 1 { "link" } else { "links" })
}

/// After a run that was carried out; gives whether a hook did not succeed.
pub(super) fn done(context: &Context, outcome: &Outcome) -> bool {
    if context.json() {
        context.ui.result(outcome.json());
    } else {
        summary(context, outcome);
    }
    hooks::report_run(context.ui, &outcome.hooks, outcome.generation)
}

fn summary(context: &Context, outcome: &Outcome) {
    let elapsed = ui::elapsed(outcome.elapsed);
    let number = outcome
        .generation
        .map_or_else(String::new, |number| number.to_string());
    let words = if outcome.touched() || !outcome.hooks.is_empty() {
        outcome.sentence()
    } else {
        format!("nothing to do, {}", outcome.sentence())
    };
    context.ui.summary(format_args!(
        "{BOLD}generation {number}{BOLD:#}: {words} {DIM}({elapsed}){DIM:#}"
    ));
    let unwanted: Vec<Drift> = outcome
        .drift
        .iter()
        .filter(|one| !one.wanted)
        .cloned()
        .collect();
    drift(context.ui, &unwanted, |ui, what| {
        ui.note(format_args!("{CHANGED}!{CHANGED:#} {what}"));
    });
    if outcome.backed_up > 0 {
        let place = context.layout().backups();
        context.ui.detail(format_args!(
            "backups are in {}; `nhmt backups list` shows them",
            place.display()
        ));
    }
}

/// When something is in the way, and nothing was changed: all of it at once.
pub(super) fn conflicts(context: &Context, outcome: &Outcome) {
    if context.json() {
        context.ui.result(outcome.json());
    }
    let number = outcome.conflicts.len();
    let things = if number == 1 {
        "1 path is"
    } else {
        &format!("{number} paths are")
    };
    ui::complain(format_args!(
        "{ERROR}error:{ERROR:#} {things} in the way, and nothing was changed"
    ));
    for (remedy, conflicts) in by_remedy(&outcome.conflicts, |one| one.kind.remedy()) {
        for conflict in conflicts {
            ui::complain(format_args!(
                "  {CHANGED}!{CHANGED:#} {}",
                conflict.message()
            ));
            if !conflict.declared_in.is_empty() {
                let places = conflict.declared_in.join(", ");
                ui::complain(format_args!("      {DIM}wanted by {places}{DIM:#}"));
            }
        }
        ui::complain(format_args!("{DIM}hint:{DIM:#} {remedy}"));
    }
}

/// `all` by what to do about them, each remedy once: a hundred files in the way
/// mostly have the same.
pub(super) fn by_remedy<T>(
    all: &[T],
    remedy: impl Fn(&T) -> &'static str,
) -> Vec<(&'static str, Vec<&T>)> {
    let mut groups: Vec<(&str, Vec<&T>)> = Vec::new();
    for one in all {
        let remedy = remedy(one);
        match groups.iter_mut().find(|(known, _)| *known == remedy) {
            Some((_, members)) => members.push(one),
            None => groups.push((remedy, vec![one])),
        }
    }
    groups
}

/// What a dry run adds to the difference; gives whether a hook failed in it.
pub(super) fn dry_run(context: &Context, outcome: &Outcome, plan: &Plan) -> bool {
    if context.json() {
        context.ui.result(outcome.json());
    } else {
        side_effects(context, plan);
    }
    let failed = hooks::report(context.ui, &outcome.hooks);
    if !context.json() {
        context
            .ui
            .summary(format_args!("{DIM}dry run:{DIM:#} {}", outcome.sentence()));
    }
    failed
}

/// What a run does beside swapping trees: files that it moves to the backups,
/// and data that it moves to a root.
pub(super) fn side_effects(context: &Context, plan: &Plan) {
    adoptions(context.ui, plan);
    for conflict in plan.conflicts() {
        context.ui.note(format_args!(
            "{CHANGED}!{CHANGED:#} {}; it goes to the backups",
            conflict.message()
        ));
    }
    drift(context.ui, plan.drift(), |ui, what| {
        ui.note(format_args!("{CHANGED}!{CHANGED:#} {what}"));
    });
}

/// The data that a run moves to a root.
pub(super) fn adoptions(ui: Ui, plan: &Plan) {
    for (path, place) in plan.adoptions() {
        let place = place.display();
        ui.note(format_args!(
            "~/{path} moves to {place}, with what is in it"
        ));
    }
}

/// What is no longer as nhmt left it, told by `say`; what happens about it is
/// a note.
pub(super) fn drift(ui: Ui, all: &[Drift], say: impl Fn(Ui, String)) {
    for (remedy, members) in by_remedy(all, Drift::remedy) {
        for drift in members {
            say(ui, drift.message());
        }
        ui.note(format_args!("{DIM}hint:{DIM:#} {remedy}"));
    }
}
