//! `nhmt persist list`

use std::process::ExitCode;

use serde_json::json;

use super::index;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::manifest::RouteMethod;
use crate::reconcile::{self, Condition, Routed};
use crate::ui::Table;

pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    let mut routes = reconcile::routes(&context.open()?, &index(context)?)?;
    routes.sort_by(|a, b| (&a.path, &a.root).cmp(&(&b.path, &b.root)));
    if context.json() {
        let all: Vec<_> = routes.iter().map(as_json).collect();
        context.ui.result(json!(all));
        return Ok(ExitCode::SUCCESS);
    }
    if routes.is_empty() {
        context.ui.note("nothing is persisted");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    for one in &routes {
        table.row([
            one.path.to_string(),
            one.kind.as_str().to_owned(),
            one.root.display().to_string(),
            found(one),
        ]);
    }
    context.ui.result(table);
    Ok(ExitCode::SUCCESS)
}

fn as_json(one: &Routed) -> serde_json::Value {
    json!({
        "path": one.path,
        "kind": one.kind,
        "method": one.method,
        "in_force": one.in_force,
        "root": one.root,
        "place": one.root.join(one.path.as_path()),
        "condition": one.condition,
        "declared": one.declared,
    })
}

/// How a path is found, and what to do when that is not right.
fn found(one: &Routed) -> String {
    let path = &one.path;
    match one.condition {
        Condition::InPlace if one.declared => match (one.method, one.in_force) {
            (_, Some(RouteMethod::Bind)) => "in place, mounted".to_owned(),
            (RouteMethod::Bind, _) => "in place, by a link instead of a mount".to_owned(),
            _ => "in place".to_owned(),
        },
        Condition::InPlace | Condition::Added => {
            "in place, and not declared: add it to the configuration".to_owned()
        }
        Condition::NotLinked => "the path does not lead there yet: `nhmt realize`".to_owned(),
        Condition::Replaced => {
            "replaced by a newer file of a program: `nhmt persist sync`".to_owned()
        }
        Condition::DataInBoth => {
            format!("data in both: `nhmt persist resolve ~/{path} --keep home|persistent`")
        }
        Condition::OldPlace => {
            "the data lies where it was persisted before: `nhmt realize` says more".to_owned()
        }
        Condition::Absent => "nothing there yet".to_owned(),
        Condition::Orphaned => format!(
            "declared no more; the data stays in {}",
            one.root.join(path.as_path()).display()
        ),
    }
}
