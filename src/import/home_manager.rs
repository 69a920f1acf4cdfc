//! A generation of Home Manager: what its `home-files` has.
//!
//! Each file there is a link to a store path of its own, or a link to one that
//! leads out of the store (`mkOutOfStoreSymlink`); a directory is a link, or a
//! directory of links when it is recursive. (Home Manager, modules/files.nix)

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Arrival, Content, Import, ImportError, Item, NoteKind};
use super::link::target_of;
use super::take::{Rules, has_a_name, names};
use crate::manifest::HomePath;

/// A link that leads through so many others leads in a circle.
const FAR: usize = 40;

/// Where the generation in force is.
///
/// # Errors
/// When none is at any of the usual places.
pub fn generation(home: &Path) -> Result<PathBuf, ImportError> {
    let state = env::var_os("XDG_STATE_HOME").map_or(home.join(".local/state"), PathBuf::from);
    let user = env::var("USER").unwrap_or_default();
    let places = [
        state.join("home-manager/gcroots/current-home"),
        state.join("nix/profiles/home-manager"),
        PathBuf::from("/nix/var/nix/profiles/per-user")
            .join(user)
            .join("home-manager"),
    ];
    let mut places = places.into_iter();
    let found = places.find(|place| place.join("home-files").is_dir());
    found.ok_or_else(|| ImportError::Unknown {
        path: state.join("nix/profiles/home-manager"),
        why: "there is no generation of Home Manager; name the one that is meant",
    })
}

/// Reads a generation of Home Manager, or its `home-files`.
///
/// # Errors
/// When it is none, or cannot be read.
pub fn home_manager(rules: &Rules, generation: &Path) -> Result<Import, ImportError> {
    let read = |error| ImportError::read(generation, error);
    let whole = generation.canonicalize().map_err(read)?;
    let files = whole.join("home-files");
    let files = if files.is_dir() { files } else { whole.clone() };
    let files = files.canonicalize().map_err(read)?;
    if !files.is_dir() {
        let why = "this is no generation of Home Manager: it has no `home-files`";
        let path = generation.to_owned();
        return Err(ImportError::Unknown { path, why });
    }
    let mut import = Import::default();
    let store = files.parent().unwrap_or(Path::new("/")).to_owned();
    for name in names(&files)? {
        let from = files.join(&name);
        let Ok(path) = HomePath::new(name.as_encoded_bytes()) else {
            continue;
        };
        rules.take(
            &mut import,
            path,
            &from,
            &mut |rules, import, path, from| leaf(rules, import, path, from, &store),
        )?;
    }
    name_store_paths(&mut import, &store);
    if whole.join("home-path/bin").is_dir() {
        let why = "its packages are not taken; declare them in `home.packages`";
        import.note("home-path", NoteKind::LeftOut, why);
    }
    Ok(import)
}

/// A link of `home-files`.
fn leaf(
    rules: &Rules,
    import: &mut Import,
    path: HomePath,
    from: &Path,
    store: &Path,
) -> Result<(), ImportError> {
    if !has_a_name(import, &path) || rules.is_secret_by_name(import, &path) {
        return Ok(());
    }
    let mut at = from.to_owned();
    for _ in 0..FAR {
        if !at.is_symlink() {
            break;
        }
        at = target_of(&at).map_err(|error| ImportError::read(from, error))?;
        if !at.starts_with(store) {
            rules.take_link(import, path, at);
            return Ok(());
        }
    }
    if at.is_dir() {
        import.items.insert(path, Item::Directory { from: at });
        return Ok(());
    }
    if at.is_file() {
        // Everything in a store is read-only, and says nothing by that.
        let mode = fs::metadata(&at).map_or(0o644, |data| {
            use std::os::unix::fs::PermissionsExt;
            0o644 | data.permissions().mode() & 0o111
        });
        return rules.take_file(import, path, &at, Some(mode), Arrival::Usual);
    }
    import.left_out(path, "it leads to what is no longer in the store");
    Ok(())
}

/// What names a store path stops working when that is collected.
fn name_store_paths(import: &mut Import, store: &Path) {
    let store = format!("{}/", store.display());
    let mut naming = Vec::new();
    for (path, item) in &import.items {
        if let Item::File {
            content: Content::At(from),
            ..
        } = item
            && let Ok(text) = fs::read(from)
            && text
                .windows(store.len())
                .any(|part| part == store.as_bytes())
        {
            naming.push(path.clone());
        }
    }
    for path in naming {
        let why = format!(
            "it names paths in {store}, which go with Home Manager's generations; write names of commands instead"
        );
        import.note(path, NoteKind::Remark, why);
    }
}
