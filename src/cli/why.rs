//! `nhmt why`

use std::env;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use crate::manifest::{Content, FileSpec, HomePath, Manifest};
use crate::tree::diff::read_manifest;
use crate::ui::{BOLD, Table};

/// Say where a managed path comes from: the option, the file that sets it, and
/// the store path.
#[derive(Debug, Args)]
pub(super) struct Why {
    /// A path in the home; a relative one starts from the current directory
    /// when that is in the home, else from the home
    path: PathBuf,
}

pub(super) fn run(context: &Context, args: &Why) -> Result<ExitCode, Failure> {
    let path = in_home(context.layout().home(), &args.path)?;
    let (number, tree) = context.current()?.ok_or_else(Context::nothing_realized)?;
    let manifest = read_manifest(&tree)?;
    let Some((target, spec)) = declaration(&manifest, &path) else {
        return Err(
            Failure::new(format_args!("{path} is not managed by generation {number}"))
                .hint("`nhmt diff` shows what the configuration would manage"),
        );
    };
    let from = match &spec.content {
        Content::Source { path: source, .. } => match path.as_path().strip_prefix(target.as_path())
        {
            Ok(rest) if !rest.as_os_str().is_empty() => source.join(rest),
            _ => source.clone(),
        },
        _ => tree.join("home").join(path.as_path()),
    };
    if context.json() {
        let value = json!({
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
    table.row(["  generation".to_owned(), number.to_string()]);
    context
        .ui
        .result(format_args!("{BOLD}{path}{BOLD:#}\n{table}"));
    Ok(ExitCode::SUCCESS)
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

/// The place in the home that a person means by `typed`.
fn in_home(home: &Path, typed: &Path) -> Result<HomePath, Failure> {
    let working = env::current_dir().ok().filter(|dir| dir.starts_with(home));
    let start = working.unwrap_or_else(|| home.to_owned());
    let mut absolute = PathBuf::new();
    for component in start.join(typed).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other),
        }
    }
    let outside = || {
        let (typed, home) = (typed.display(), home.display());
        Failure::new(format_args!(
            "{typed} lies outside the home directory {home}"
        ))
    };
    let relative = absolute.strip_prefix(home).map_err(|_| outside())?;
    HomePath::new(relative.as_os_str().as_encoded_bytes()).map_err(|_| outside())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_home() {
        let place =
            |typed: &str| in_home(Path::new("/h/alice"), Path::new(typed)).map(|p| p.to_string());
        assert_eq!(place(".bashrc").unwrap(), ".bashrc");
        assert_eq!(place("/h/alice/./a/../b").unwrap(), "b");
        assert!(place("/h/bob/x").is_err());
        assert!(place("/h/alice").is_err());
        assert!(place("../bob").is_err());
    }
}
