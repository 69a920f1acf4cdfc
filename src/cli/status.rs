//! `nhmt status`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::context::Context;
use super::declared::declare_drift;
use super::failure::Failure;
use super::report;
use crate::manifest::Index;
use crate::reconcile;
use crate::tree::diff::{LivePath, StatePath};
use crate::ui::{BOLD, CHANGED, DIM};

pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    context.keep_roots();
    let Some((number, tree)) = context.current()? else {
        if context.json() {
            context
                .ui
                .result(json!({ "generation": null, "drift": [] }));
        } else {
            context
                .ui
                .result("no generation is in force; `nhmt realize` makes the first");
        }
        return Ok(ExitCode::SUCCESS);
    };
    let index = Index::read(&tree)?;
    let mut drift = reconcile::verify(&context.open()?, &index, &tree)?;
    declare_drift(&mut drift, &tree);
    let live = LivePath::all(&index, &tree);
    let state = StatePath::all(&index);
    if context.json() {
        context.ui.result(json!({
            "generation": number.get(),
            "path": tree,
            "drift": drift,
            "live": live,
            "state": state,
        }));
        return Ok(ExitCode::SUCCESS);
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
    for LivePath { path, target } in &live {
        context.ui.result(format_args!(
            "{DIM}~/{path} is live, outside of the generation: {}{DIM:#}",
            target.display()
        ));
    }
    report::drift(context.ui, &drift, |ui, what| {
        ui.result(format_args!("{CHANGED}!{CHANGED:#} {what}"));
    });
    Ok(ExitCode::SUCCESS)
}

/// How many paths each root has.
fn roots(state: &[StatePath]) -> BTreeMap<&Path, usize> {
    let mut roots = BTreeMap::new();
    for one in state {
        *roots.entry(&*one.root).or_default() += 1;
    }
    roots
}
