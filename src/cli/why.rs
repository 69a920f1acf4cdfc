//! `nhmt why`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::declared::declare_drift;
use super::failure::Failure;
use super::typed_path::in_home;
use crate::generation::Number;
use crate::manifest::{Content, FileSpec, HomePath, Index, Manifest, MethodName, StateSpec};
use crate::reconcile::{self, Drift};
use crate::tree::diff::{place_in, read_manifest};
use crate::ui::{BOLD, Table};

/// Say where a managed path comes from.
///
/// That is the option, the file that sets it, and the store path with the
/// content.
#[derive(Debug, Args)]
pub(super) struct Why {
    /// A path in the home; a relative one starts from the current directory
    /// when that is in the home, else from the home
    path: PathBuf,
}

pub(super) fn run(context: &Context, args: &Why) -> Result<ExitCode, Failure> {
    context.note_interrupted()?;
    let path = in_home(context.layout().home(), &args.path)?;
    let (number, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    let manifest = read_manifest(&tree)?;
    let (target, spec) = match declaration(&manifest, &path) {
        Some(Declaration::File(target, spec)) => (target, spec),
        Some(Declaration::State(target, spec)) => {
            persisted(context, &path, (target, spec), (number, &tree))?;
            return Ok(ExitCode::SUCCESS);
        }
        None => return Err(not_managed(&manifest, &path, number)),
    };
    let from = match &spec.content {
        Content::Source { path: source, .. } => match path.as_path().strip_prefix(target.as_path())
        {
            Ok(rest) if !rest.as_os_str().is_empty() => source.join(rest),
            _ => source.clone(),
        },
        _ => place_in(&tree, &path),
    };
    let drift = drifted(context, &tree, &path)?;
    if context.json() {
        let value = json!({
            "method": spec.method,
            "drift": drift,
            "path": path,
            "target": target,
            "declared_in": spec.declared_in,
            "content": from,
            "generation": number.get(),
        });
        context.ui.result(value);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    declared_by(&mut table, &spec.declared_in);
    if *target != path {
        table.row(["  as part of".to_owned(), target.to_string()]);
    }
    table.row(["  content".to_owned(), from.display().to_string()]);
    if spec.method != MethodName::Link {
        table.row(["  method".to_owned(), spec.method.as_str().to_owned()]);
    }
    table.row(["  generation".to_owned(), number.to_string()]);
    for one in drift {
        table.row(["  drift".to_owned(), one.message()]);
    }
    context
        .ui
        .result(format_args!("{BOLD}{path}{BOLD:#}\n{table}"));
    Ok(ExitCode::SUCCESS)
}

/// What is no longer as it was left at `path` or below it.
fn drifted(context: &Context, tree: &Path, path: &HomePath) -> Result<Vec<Drift>, Failure> {
    let index = Index::read(tree)?;
    let mut drift = reconcile::verify(&context.open()?, &index, tree)?;
    drift.retain(|one| one.path == *path || one.path.is_below(path));
    declare_drift(&mut drift, tree);
    Ok(drift)
}

/// A directory is not managed itself; what is managed in it helps on.
fn not_managed(manifest: &Manifest, path: &HomePath, number: Number) -> Failure {
    const SHOWN: usize = 5;
    let failure = |what: &str| {
        Failure::new(format_args!(
            "{path} is not managed by generation {number}{what}"
        ))
    };
    let all = manifest.files.keys().chain(manifest.state.keys());
    let inside: Vec<_> = all
        .filter(|target| target.as_path().starts_with(path.as_path()))
        .collect();
    if inside.is_empty() {
        return failure("").hint("`nhmt diff` shows what the configuration would manage");
    }
    let first: Vec<_> = inside.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = match inside.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    failure(" as a whole, only files in it are").hint(format!(
        "ask about one of these: {}{more}",
        first.join(", ")
    ))
}

/// The entry that a path comes from.
enum Declaration<'a> {
    File(&'a HomePath, &'a FileSpec),
    State(&'a HomePath, &'a StateSpec),
}

/// The path's own entry, or the one of a directory above, the nearest first.
fn declaration<'a>(manifest: &'a Manifest, path: &HomePath) -> Option<Declaration<'a>> {
    let at = |path: &HomePath| {
        let file = manifest.files.get_key_value(path);
        let file = file.map(|(path, spec)| Declaration::File(path, spec));
        file.or_else(|| {
            let state = manifest.state.get_key_value(path);
            state.map(|(path, spec)| Declaration::State(path, spec))
        })
    };
    at(path).or_else(|| {
        let above: Vec<_> = path.ancestors().collect();
        above.iter().rev().find_map(at)
    })
}

/// Says where a persisted path, or what lies in one, is kept.
fn persisted(
    context: &Context,
    path: &HomePath,
    (target, spec): (&HomePath, &StateSpec),
    (number, tree): (Number, &Path),
) -> Result<(), Failure> {
    let route = &spec.route;
    let place = route.place(path);
    let drift = drifted(context, tree, path)?;
    if context.json() {
        context.ui.result(json!({
            "method": route.method,
            "drift": drift,
            "path": path,
            "target": target,
            "declared_in": spec.declared_in,
            "persisted": { "root": route.root, "place": place, "kind": route.kind },
            "generation": number.get(),
        }));
        return Ok(());
    }
    let mut table = Table::default();
    declared_by(&mut table, &spec.declared_in);
    if *target != *path {
        table.row(["  as part of".to_owned(), target.to_string()]);
    }
    table.row(["  persisted in".to_owned(), place.display().to_string()]);
    table.row(["  method".to_owned(), route.method.as_str().to_owned()]);
    table.row(["  generation".to_owned(), number.to_string()]);
    for one in drift {
        table.row(["  drift".to_owned(), one.message()]);
    }
    context
        .ui
        .result(format_args!("{BOLD}{path}{BOLD:#}\n{table}"));
    Ok(())
}

fn declared_by(table: &mut Table, places: &[String]) {
    for (line, place) in places.iter().enumerate() {
        let word = if line == 0 { "  declared by" } else { "  in" };
        table.row([word.to_owned(), place.clone()]);
    }
}
