//! `nhmt status`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::at_risk::{self, Object};
use super::context::Context;
use super::declared::declare_drift;
use super::failure::Failure;
use super::report;
use super::secrets;
use crate::generation::Number;
use crate::manifest::{Index, RouteMethod};
use crate::reconcile::{self, Condition, Routed};
use crate::state::at_risk::Sort;
use crate::tree::diff::{LivePath, StatePath};
use crate::ui::{BOLD, CHANGED, DIM};

/// Show the current generation, and what no longer is as it left it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt status
  nhmt status --at-risk                 what would be lost with the home
  nhmt status --at-risk --sort newest   the same, what was changed last first")]
pub(super) struct Status {
    /// Show what is neither managed nor persisted, and would be lost with the
    /// home
    #[arg(long)]
    at_risk: bool,
    /// What comes first
    #[arg(
        long,
        value_name = "ORDER",
        default_value = "size",
        requires = "at_risk"
    )]
    sort: Sort,
}

/// A generation that is in force.
type InForce = (Number, PathBuf, Index);

pub(super) fn run(context: &Context, args: &Status) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    context.keep_roots();
    let in_force = match context.current()? {
        Some((number, tree)) => {
            let index = Index::read(&tree)?;
            Some((number, tree, index))
        }
        None => None,
    };
    let object = match &in_force {
        Some(in_force) => show(context, in_force)?,
        None => json!({ "generation": null, "drift": [] }),
    };
    if in_force.is_none() && !context.json() {
        context
            .ui
            .result("no generation is in force; `nhmt realize` makes the first");
    }
    if args.at_risk {
        let in_force = in_force.as_ref();
        let in_force = in_force.map(|(_, tree, index)| (tree.as_path(), index));
        show_at_risk(context, in_force, args.sort, object)?;
    } else if context.json() {
        context.ui.result(object);
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows a generation to a person; gives what a program is told.
fn show(context: &Context, (number, tree, index): &InForce) -> Result<Value, Failure> {
    let mut drift = reconcile::verify(&context.open()?, index, tree)?;
    declare_drift(&mut drift, tree);
    let live = LivePath::all(index, tree);
    let missing = secrets::missing(context, (tree, index))?;
    let state = StatePath::all(index);
    let routes = reconcile::routes(&context.open()?, index)?;
    let orphaned = routes
        .iter()
        .filter(|one| one.condition == Condition::Orphaned);
    if context.json() {
        let mut object = json!({
            "generation": number.get(),
            "path": tree,
            "drift": drift,
            "live": live,
            "state": state.iter().map(|one| with_method(one, &routes)).collect::<Vec<_>>(),
            "orphaned": orphaned.map(orphan).collect::<Vec<_>>(),
        });
        if index.secrets().is_some() {
            object["secrets"] = json!({ "missing": missing });
        }
        return Ok(object);
    }
    let links = report::links(index.entries().len());
    context.ui.result(format_args!(
        "{BOLD}generation {number}{BOLD:#}, {links}\n{DIM}{}{DIM:#}",
        tree.display()
    ));
    for (root, number) in roots(&state) {
        let what = if number == 1 { "path is" } else { "paths are" };
        context.ui.result(format_args!(
            "{DIM}{number} {what} persisted in {}{DIM:#}",
            root.display()
        ));
    }
    for one in routes.iter().filter(|one| one.declared) {
        let how = match (one.method, one.in_force) {
            (_, Some(RouteMethod::Bind)) => "is a mount of",
            (RouteMethod::Bind, Some(RouteMethod::Symlink)) => "is a link instead of a mount, to",
            _ => continue,
        };
        let place = one.root.join(one.path.as_path());
        context.ui.result(format_args!(
            "{DIM}~/{} {how} {}{DIM:#}",
            one.path,
            place.display()
        ));
    }
    for one in orphaned {
        context.ui.result(format_args!(
            "{DIM}~/{} is orphaned: no configuration keeps it any more, and its data is {}{DIM:#}",
            one.path,
            one.root.join(one.path.as_path()).display()
        ));
    }
    for LivePath { path, target } in &live {
        context.ui.result(format_args!(
            "{DIM}~/{path} is live, outside of the generation: {}{DIM:#}",
            target.display()
        ));
    }
    secrets::tell(context.ui, &missing);
    report::drift(context.ui, &drift, |ui, what| {
        ui.result(format_args!("{CHANGED}!{CHANGED:#} {what}"));
    });
    Ok(Value::Null)
}

/// A persisted path, with the method by which it leads to its place now.
fn with_method(one: &StatePath, routes: &[Routed]) -> Value {
    let mut object = json!(one);
    let found = routes
        .iter()
        .find(|route| route.declared && one.path == route.path && one.root == route.root);
    object["in_force"] = json!(found.and_then(|route| route.in_force));
    object
}

fn orphan(one: &Routed) -> Value {
    json!({
        "path": one.path,
        "kind": one.kind,
        "root": one.root,
        "place": one.root.join(one.path.as_path()),
    })
}

/// How many paths each root has.
fn roots(state: &[StatePath]) -> BTreeMap<&Path, usize> {
    let mut roots = BTreeMap::new();
    for one in state {
        *roots.entry(&*one.root).or_default() += 1;
    }
    roots
}

fn show_at_risk(
    context: &Context,
    in_force: Option<(&Path, &Index)>,
    sort: Sort,
    mut object: Value,
) -> Result<(), Failure> {
    let home = context.open()?;
    let survey = at_risk::survey(context, &home, in_force, false)?;
    if !context.json() {
        at_risk::show(context, &survey, sort);
        at_risk::backups(context, &home)?;
        return Ok(());
    }
    let backups = at_risk::backups(context, &home)?;
    let sum = survey.sum();
    let mut summary = at_risk::remarks_json(&survey);
    summary["files"] = sum.files.into();
    summary["bytes"] = sum.bytes.into();
    summary["groups"] = at_risk::groups(survey.groups(sort));
    summary["backups"] = json!({ "number": backups.files, "bytes": backups.bytes });
    object["at_risk_summary"] = summary;
    context.ui.json(&Object::new(object, &survey, sort));
    Ok(())
}
