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
use crate::manifest::{Content, FileSpec, HomePath, Index, Manifest, MethodName};
use crate::reconcile::{self, Drift};
use crate::tree::diff::read_manifest;
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
    let Some((target, spec)) = declaration(&manifest, &path) else {
        return Err(not_managed(&manifest, &path, number));
    };
    let from = match &spec.content {
        Content::Source { path: source, .. } => match path.as_path().strip_prefix(target.as_path())
        {
            Ok(rest) if !rest.as_os_str().is_empty() => source.join(rest),
            _ => source.clone(),
        },
        _ => tree.join("home").join(path.as_path()),
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
    for (line, place) in spec.declared_in.iter().enumerate() {
        let word = if line == 0 { "  declared by" } else { "  in" };
        table.row([word.to_owned(), place.clone()]);
    }
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
    let inside: Vec<_> = manifest
        .files
        .keys()
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

/// The entry that a path comes from: its own, or the one of a directory above.
fn declaration<'a>(
    manifest: &'a Manifest,
    path: &HomePath,
) -> Option<(&'a HomePath, &'a FileSpec)> {
    let own = manifest.files.get_key_value(path);
    own.or_else(|| {
        let above: Vec<_> = path.ancestors().collect();
        let mut nearest_first = above.iter().rev();
        nearest_first.find_map(|above| manifest.files.get_key_value(above))
    })
}
