//! An existing home.

use std::path::Path;

use super::found::{Arrival, Import, ImportError, Item, NoteKind};
use super::link::target_of;
use super::take::{Rules, has_a_name};
use crate::manifest::HomePath;
use crate::store::Nix;

/// nhmt's own things, and what only caches.
const NOT_ENTERED: [&str; 4] = [
    ".cache",
    ".local/share/nhmt",
    ".local/state/nhmt",
    ".local/state/nix",
];

/// Reads `paths` of the home. `named` says that a person has named them, who
/// is told when one is not there.
///
/// # Errors
/// When a directory cannot be read, or a named path is not there.
pub fn live(rules: &Rules, paths: &[HomePath], named: bool) -> Result<Import, ImportError> {
    let mut import = Import::default();
    for path in paths {
        // What lies behind a link comes with that link.
        let is_link = |dir: &HomePath| rules.home.join(dir.as_path()).is_symlink();
        let path = &path
            .ancestors()
            .find(is_link)
            .unwrap_or_else(|| path.clone());
        let from = rules.home.join(path.as_path());
        if from.symlink_metadata().is_err() {
            if named {
                let why = "there is nothing of that name";
                return Err(ImportError::Unknown { path: from, why });
            }
            continue;
        }
        rules.take(&mut import, path.clone(), &from, &mut keep_link)?;
    }
    for outside in NOT_ENTERED
        .iter()
        .filter_map(|path| HomePath::new(path).ok())
    {
        import
            .items
            .retain(|path, _| *path != outside && !path.is_below(&outside));
    }
    Ok(import)
}

/// A link stays one, unless it leads to what another tool keeps in a store.
fn keep_link(
    rules: &Rules,
    import: &mut Import,
    path: HomePath,
    from: &Path,
) -> Result<(), ImportError> {
    if !has_a_name(import, &path) || rules.is_secret_by_name(import, &path) {
        return Ok(());
    }
    let target = target_of(from).map_err(|error| ImportError::read(from, error))?;
    let state = rules.home.join(".local/state/nhmt");
    if target.starts_with(&state) {
        import.left_out(path, "nhmt manages it already");
        return Ok(());
    }
    if target.starts_with(Nix::store_dir()) {
        return copied(rules, import, path, &target);
    }
    rules.take_link(import, path, target);
    Ok(())
}

/// What a link into the store leads to, copied.
fn copied(
    rules: &Rules,
    import: &mut Import,
    path: HomePath,
    target: &Path,
) -> Result<(), ImportError> {
    let why = "it was a link into the Nix store, and is a copy now";
    if target.is_dir() {
        import.note(&path, NoteKind::Remark, why);
        let from = target.to_owned();
        import.items.insert(path, Item::Directory { from });
    } else if target.is_file() {
        import.note(&path, NoteKind::Remark, why);
        rules.take_file(import, path, target, None, Arrival::Usual)?;
    } else {
        import.left_out(path, "it leads to what is no longer in the Nix store");
    }
    Ok(())
}
