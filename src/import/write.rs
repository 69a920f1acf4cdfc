//! Writes an import into a folder of its own, whole or not at all.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::found::{Content, Import, ImportError, Item, NoteKind};
use super::nix::{self, Home};
use super::options;
use super::secret;
use super::take::{self, Rules};
use crate::ending::Temporary;
use crate::manifest::HomePath;

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The folder.
    pub directory: PathBuf,
    /// How many entries the configuration has.
    pub entries: usize,
}

/// Writes `import` to `directory`, which must be empty or missing: `home.nix`,
/// `files`, and what `more` has (names and texts).
///
/// # Errors
/// When the directory has something in it, or cannot be written. Nothing is
/// left of what was written then.
pub fn write(
    import: &mut Import,
    rules: &Rules,
    directory: &Path,
    head: &[String],
    more: &[(&str, String)],
) -> Result<Written, ImportError> {
    refuse_occupied(directory)?;
    let directory = directory
        .canonicalize()
        .unwrap_or_else(|_| directory.to_owned());
    let above = directory.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(above).map_err(|error| ImportError::write(above, error))?;
    let staged =
        Temporary::directory_in(above).map_err(|error| ImportError::write(above, error))?;
    let wrong = |error| ImportError::write(&directory, error);

    let said = options::take(&mut import.items);
    copy_items(import, rules, &staged.path().join("files"))?;
    for (name, content) in &import.scripts {
        let script = staged.path().join("scripts").join(name);
        copy(&script, content, 0o644)?;
    }
    let text = nix::home(&Home {
        items: &import.items,
        directory: &rules.home,
        head,
        said: &said,
    });
    fs::write(staged.path().join("home.nix"), text).map_err(wrong)?;
    for (name, text) in more {
        fs::write(staged.path().join(name), text).map_err(wrong)?;
    }
    // A folder that was there keeps its mode.
    let bits = fs::metadata(&directory).map_or(0o755, |data| data.permissions().mode() & 0o7777);
    fs::set_permissions(staged.path(), fs::Permissions::from_mode(bits)).map_err(wrong)?;
    // Over an empty directory, and over nothing else.
    match fs::rename(staged.path(), &directory) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            return Err(ImportError::NotEmpty(directory));
        }
        Err(error) => return Err(wrong(error)),
    }
    Ok(Written {
        directory,
        entries: import.items.len() + said.len(),
    })
}

/// Copies what the items of `import` have to `files`, each at its place in the
/// home. What looks like a secret in directories is left out, and noted.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_items(import: &mut Import, rules: &Rules, files: &Path) -> Result<(), ImportError> {
    let mut left_out = Vec::new();
    for (path, item) in &import.items {
        let to = files.join(path.as_path());
        match item {
            Item::Link { .. } => {}
            Item::Directory { from } => copy_directory(rules, from, &to, path, &mut left_out)?,
            Item::File { content, mode, .. } => copy(&to, content, *mode)?,
        }
    }
    for (path, why, kind) in left_out {
        import.note(path, kind, why);
    }
    Ok(())
}

/// Nothing is written where something is.
///
/// # Errors
/// When `directory` is there and not an empty directory.
pub fn refuse_occupied(directory: &Path) -> Result<(), ImportError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(ImportError::NotEmpty(directory.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotADirectory || directory.is_symlink() => {
            Err(ImportError::NotDirectory(directory.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ImportError::read(directory, error)),
    }
}

type LeftOut = (HomePath, String, NoteKind);

/// A copy for its owner alone where the original was.
fn copy(to: &Path, content: &Content, mode: u32) -> Result<(), ImportError> {
    let wrong = |error| ImportError::write(to, error);
    let above = to.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(above).map_err(wrong)?;
    let bytes = match content {
        Content::At(from) => &fs::read(from).map_err(|error| ImportError::read(from, error))?,
        Content::Bytes(bytes) => bytes,
    };
    fs::write(to, bytes).map_err(wrong)?;
    let execute = if mode & 0o100 == 0 { 0 } else { 0o111 };
    let mode = if nix::is_private(mode) {
        0o600 | execute & 0o100
    } else {
        0o644 | execute
    };
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).map_err(wrong)
}

/// A copy of a directory that will be one link. Its links stay links.
fn copy_directory(
    rules: &Rules,
    from: &Path,
    to: &Path,
    path: &HomePath,
    left_out: &mut Vec<LeftOut>,
) -> Result<(), ImportError> {
    let wrong = |error| ImportError::write(to, error);
    fs::create_dir_all(to).map_err(wrong)?;
    for name in take::names(from)? {
        let (inner, copied) = (from.join(&name), to.join(&name));
        let Ok(path) = path.join(name.as_encoded_bytes()) else {
            continue;
        };
        let data =
            fs::symlink_metadata(&inner).map_err(|error| ImportError::read(&inner, error))?;
        let insisted = rules.insists_on(&path);
        let secret = secret::by_name(&path.to_string()).filter(|_| !insisted);
        if let Some(what) = secret {
            left_out.push((path, what.to_owned(), NoteKind::Secret));
        } else if data.is_symlink() {
            let target = fs::read_link(&inner).map_err(|error| ImportError::read(&inner, error))?;
            symlink(target, &copied).map_err(wrong)?;
        } else if data.is_dir() && take::is_of_version_control(&path) {
            let why = "it is the store of a version control system".to_owned();
            left_out.push((path, why, NoteKind::LeftOut));
        } else if data.is_dir() {
            copy_directory(rules, &inner, &copied, &path, left_out)?;
        } else if data.is_file() && data.len() > take::LARGE && !insisted {
            left_out.push((path, take::too_large(data.len()), NoteKind::LeftOut));
        } else if data.is_file() {
            let bytes = match fs::read(&inner) {
                Ok(bytes) => bytes,
                Err(error) => {
                    let why = format!("it cannot be read: {error}");
                    left_out.push((path, why, NoteKind::LeftOut));
                    continue;
                }
            };
            if let Some(what) = secret::by_content(&bytes).filter(|_| !insisted) {
                left_out.push((path, what.to_owned(), NoteKind::Secret));
                continue;
            }
            let mode = data.permissions().mode() | 0o644;
            copy(&copied, &Content::Bytes(bytes), mode)?;
        } else {
            let why = "it is a socket, a pipe or a device".to_owned();
            left_out.push((path, why, NoteKind::LeftOut));
        }
    }
    Ok(())
}
