//! New files in a directory that the configuration has with all that is in it:
//! they come beside the others, and need no line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::import::tell;
use crate::cli::re_add::own_place;
use crate::cli::source::Source;
use crate::cli::tracked;
use crate::import::{self, Import, Item, Rules};
use crate::manifest::{Content, FileSpec, HomePath, Manifest};

/// The entry that has all in the directory `path`, or one above it.
pub(super) fn around<'a>(
    manifest: &'a Manifest,
    path: &HomePath,
) -> Option<(&'a HomePath, &'a FileSpec)> {
    let all = std::iter::once(path.clone()).chain(path.ancestors());
    let found = all.filter_map(|one| manifest.files.get_key_value(&one));
    found.into_iter().find(|(_, spec)| {
        matches!(
            spec.content,
            Content::Source {
                recursive: true,
                ..
            }
        )
    })
}

/// Copies what is new at `path` to where the entry `target` comes from. `None`
/// when nothing is new there, or it cannot arrive with the others.
pub(super) fn bring(
    context: &Context,
    source: &Source,
    rules: &Rules,
    (target, spec): (&HomePath, &FileSpec),
    path: &HomePath,
) -> Result<Option<ExitCode>, Failure> {
    let Ok(directory) = own_place(context, source, spec) else {
        return Ok(None);
    };
    if !directory.is_dir() {
        return Ok(None);
    }
    let mut found = import::live(rules, std::slice::from_ref(path), true)?;
    let mut new = Import::default();
    for (path, item) in std::mem::take(&mut found.items) {
        let inside = path.as_path().strip_prefix(target.as_path()).ok();
        let inside =
            inside.and_then(|inside| HomePath::new(inside.as_os_str().as_encoded_bytes()).ok());
        let Some(inside) = inside.filter(|_| arrives(&item)) else {
            return Ok(None);
        };
        if directory.join(inside.as_path()).symlink_metadata().is_err() {
            new.items.insert(inside, item);
        }
    }
    if new.items.is_empty() {
        return Ok(None);
    }
    import::copy_items(&mut new, rules, &directory)?;
    let files: Vec<PathBuf> = new
        .items
        .keys()
        .map(|path| directory.join(path.as_path()))
        .collect();
    if let Source::Flake { reference, .. } = source
        && let Err(why) = tracked::make_seen(context.ui, reference, &files)
    {
        context.ui.warning(why);
    }
    tell_of(context, path, target, &directory, &files, &found);
    Ok(Some(ExitCode::SUCCESS))
}

/// Whether a link to a file beside the others is what it was.
fn arrives(item: &Item) -> bool {
    matches!(item, Item::File { mode, .. } if !import::is_private(*mode))
}

fn tell_of(
    context: &Context,
    path: &HomePath,
    target: &HomePath,
    directory: &Path,
    files: &[PathBuf],
    found: &Import,
) {
    if context.json() {
        context.ui.result(json!({
            "path": path,
            "lines": "",
            "written": null,
            "files": files,
            "notes": found.notes,
        }));
        return;
    }
    tell(context.ui, &found.notes);
    let number = match files {
        [_] => "1 new file".to_owned(),
        files => format!("{} new files", files.len()),
    };
    context.ui.summary(format_args!(
        "{} has {number} now; the configuration has all of it as ~/{target}",
        directory.display()
    ));
}
