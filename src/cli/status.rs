//! `nhmt status`

use std::process::ExitCode;

use serde_json::json;

use super::context::Context;
use super::declared::declare_drift;
use super::failure::Failure;
use super::report;
use crate::manifest::Index;
use crate::reconcile;
use crate::tree::diff::LivePath;
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
    if context.json() {
        context.ui.result(
            json!({ "generation": number.get(), "path": tree, "drift": drift, "live": live }),
        );
        return Ok(ExitCode::SUCCESS);
    }
    let links = report::links(index.entries().len());
    context.ui.result(format_args!(
        "{BOLD}generation {number}{BOLD:#}, {links}\n{DIM}{}{DIM:#}",
        tree.display()
    ));
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
