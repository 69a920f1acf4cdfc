//! Takes files of a directory into an import, by rules that all kinds share.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::found::{Arrival, Content, Import, ImportError, Item, NoteKind};
use super::link::is_circle;
use super::secret;
use crate::manifest::HomePath;

/// What all kinds of import share.
#[derive(Debug, Default)]
pub struct Rules {
    /// The home that is to be reproduced.
    pub home: PathBuf,
    /// What is taken although it looks like a secret, or is large.
    pub include: Vec<HomePath>,
    /// What is not entered: the new configuration itself.
    pub without: Vec<PathBuf>,
}

/// What becomes of a link, for a path.
pub(super) type OnLink<'a> =
    dyn FnMut(&Rules, &mut Import, HomePath, &Path) -> Result<(), ImportError> + 'a;

/// Above this many bytes a file is most likely data.
pub(super) const LARGE: u64 = 10 << 20;

/// The bits of a mode by which a program runs as another.
const SET_ID: u32 = 0o6000;

impl Rules {
    /// Whether a person takes `path`, whatever it looks like.
    pub(super) fn insists_on(&self, path: &HomePath) -> bool {
        let mut named = self.include.iter();
        named.any(|one| one == path || path.is_below(one))
    }

    /// Whether `path` looks like a secret by its name; then it is noted.
    pub(super) fn is_secret_by_name(&self, import: &mut Import, path: &HomePath) -> bool {
        let what = secret::by_name(&path.to_string());
        match what.filter(|_| !self.insists_on(path)) {
            Some(what) => {
                import.note(path, NoteKind::Secret, what);
                true
            }
            None => false,
        }
    }

    /// Takes the content of the regular file `from` for `path`.
    pub(super) fn take_file(
        &self,
        import: &mut Import,
        path: HomePath,
        from: &Path,
        mode: Option<u32>,
        arrival: Arrival,
    ) -> Result<(), ImportError> {
        if !has_a_name(import, &path) || self.is_secret_by_name(import, &path) {
            return Ok(());
        }
        let data = fs::metadata(from).map_err(|error| ImportError::read(from, error))?;
        if data.len() > LARGE && !self.insists_on(&path) {
            import.left_out(path, too_large(data.len()));
            return Ok(());
        }
        if data.permissions().mode() & SET_ID != 0 {
            import.left_out(
                path,
                "it runs as its owner or group (setuid, setgid), as no file of the Nix store does",
            );
            return Ok(());
        }
        let bytes = match fs::read(from) {
            Ok(bytes) => bytes,
            Err(error) => {
                import.left_out(path, format!("it cannot be read: {error}"));
                return Ok(());
            }
        };
        let mode = mode.unwrap_or_else(|| data.permissions().mode() & 0o777);
        self.take_bytes(
            import,
            path,
            Content::At(from.to_owned()),
            &bytes,
            mode,
            arrival,
        );
        Ok(())
    }

    /// Takes `content`, which comes to `bytes`.
    pub(super) fn take_bytes(
        &self,
        import: &mut Import,
        path: HomePath,
        content: Content,
        bytes: &[u8],
        mode: u32,
        arrival: Arrival,
    ) {
        if !self.insists_on(&path)
            && let Some(what) = secret::looks_like_a_secret(&path.to_string(), bytes)
        {
            import.note(path, NoteKind::Secret, what);
            return;
        }
        let item = Item::File {
            content,
            mode,
            arrival,
        };
        import.items.insert(path, item);
    }

    /// Takes a link to `target`, an absolute path.
    pub(super) fn take_link(&self, import: &mut Import, path: HomePath, target: PathBuf) {
        if target.to_str().is_none() {
            import.left_out(path, "where it leads cannot be written in a configuration");
        } else if is_circle(&self.home.join(path.as_path())) {
            import.left_out(path, "it is a link that leads in a circle");
        } else {
            import.items.insert(path, Item::Link { target });
        }
    }

    /// Takes all that is in the directory `from`, for `path`. `link` says what
    /// becomes of a link in it.
    pub(super) fn take_directory(
        &self,
        import: &mut Import,
        path: &HomePath,
        from: &Path,
        link: &mut OnLink<'_>,
    ) -> Result<(), ImportError> {
        if self.without.iter().any(|without| from == without)
            || self.is_secret_by_name(import, path)
        {
            return Ok(());
        }
        let names = match names(from) {
            Ok(names) => names,
            Err(error) => {
                import.left_out(path, why_unread(&error));
                return Ok(());
            }
        };
        if names.is_empty() {
            import.left_out(
                path,
                "it is an empty directory; nhmt makes those that have something in them",
            );
        }
        for name in names {
            let Ok(inner) = path.join(name.as_bytes()) else {
                continue;
            };
            self.take(import, inner, &from.join(&name), link)?;
        }
        Ok(())
    }

    /// Takes what is at `from`, for `path`.
    pub(super) fn take(
        &self,
        import: &mut Import,
        path: HomePath,
        from: &Path,
        link: &mut OnLink<'_>,
    ) -> Result<(), ImportError> {
        let data = match fs::symlink_metadata(from) {
            Ok(data) => data,
            Err(error) => {
                import.left_out(path, format!("it cannot be read: {error}"));
                return Ok(());
            }
        };
        if data.is_symlink() {
            return link(self, import, path, from);
        }
        if data.is_dir() {
            if is_of_version_control(&path) {
                import.left_out(path, "it is the store of a version control system");
                return Ok(());
            }
            return self.take_directory(import, &path, from, link);
        }
        if data.is_file() {
            return self.take_file(import, path, from, None, Arrival::Usual);
        }
        import.left_out(path, "it is a socket, a pipe or a device");
        Ok(())
    }
}

pub(super) fn too_large(bytes: u64) -> String {
    format!(
        "it has {} MB, as data have; `--include` takes it",
        bytes >> 20
    )
}

/// Why something cannot be read, as the rest of a sentence.
fn why_unread(error: &ImportError) -> String {
    match error {
        ImportError::Read { source, .. } => format!("it cannot be read: {source}"),
        other => other.to_string(),
    }
}

/// Nix has no names that are not UTF-8.
pub(super) fn has_a_name(import: &mut Import, path: &HomePath) -> bool {
    let named =
        std::str::from_utf8(path.as_bytes()).is_ok_and(|name| !name.contains(char::is_control));
    if !named {
        import.left_out(path, "its name cannot be written in a configuration");
    }
    named
}

pub(super) fn is_of_version_control(path: &HomePath) -> bool {
    [".git", ".hg", ".svn", ".jj"]
        .iter()
        .any(|name| path.name() == *name)
}

/// The names in a directory, sorted.
pub(super) fn names(dir: &Path) -> Result<Vec<std::ffi::OsString>, ImportError> {
    let read = |error| ImportError::read(dir, error);
    let entries = fs::read_dir(dir).map_err(read)?;
    let names = entries.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<std::io::Result<Vec<_>>>().map_err(read)?;
    names.sort();
    Ok(names)
}
