//! `nhmt list-generations`

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use crate::ui::Table;

/// A time as the reader's clock shows it.
pub(super) fn local_time(time: Timestamp) -> String {
    let local = time.to_zoned(TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    let profile = context.profile();
    context.keep_roots();
    let generations = profile.list()?;
    let current = profile.current()?;
    if context.json() {
        let list = generations.iter().map(|generation| {
            json!({
                "number": generation.number.get(),
                "current": Some(generation.number) == current,
                "created": generation.created.to_string(),
                "path": generation.tree,
            })
        });
        context.ui.result(serde_json::Value::Array(list.collect()));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    for generation in &generations {
        let note = match (Some(generation.number) == current, generation.dangling) {
            (_, true) => "gone (its tree was collected)",
            (true, false) => "current",
            (false, false) => "",
        };
        table.row([
            format!("{:>4}", generation.number),
            local_time(generation.created),
            note.to_owned(),
            generation.tree.display().to_string(),
        ]);
    }
    if table.is_empty() {
        context
            .ui
            .note("no generations yet; `nhmt realize` makes the first");
    } else {
        context.ui.result(table);
    }
    Ok(ExitCode::SUCCESS)
}
