//! What is made of all packages together: by which programs find the type of a
//! file, and what opens it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use super::error::PackagesError;

/// Where desktop entries lie.
pub(super) const APPLICATIONS: &str = "share/applications";
/// The database of types, and what it is made of.
pub(super) const MIME: &str = "share/mime";
pub(super) const MIME_SOURCES: &str = "share/mime/packages";

/// Writes `mimeinfo.cache` beside the desktop entries of the environment `out`:
/// which of them opens a type (Desktop Entry Specification, "Registering MIME
/// Types"; the form is that of update-desktop-database(1)).
pub(super) fn applications(out: &Path) -> Result<(), PackagesError> {
    let directory = out.join(APPLICATIONS);
    if !directory.is_dir() {
        return Ok(());
    }
    let mut openers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in WalkDir::new(&directory).follow_links(true) {
        // A link that leads nowhere opens nothing.
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension() != Some(OsStr::new("desktop")) {
            continue;
        }
        let bytes = fs::read(path).map_err(|source| PackagesError::Read {
            path: path.to_owned(),
            source,
        })?;
        let inside = path.strip_prefix(&directory).unwrap_or(path);
        // Its identifier, by which others refer to it ("Desktop File ID").
        let id = inside.to_string_lossy().replace('/', "-");
        for kind in types(&String::from_utf8_lossy(&bytes)) {
            openers
                .entry(kind.to_owned())
                .or_default()
                .insert(id.clone());
        }
    }
    if openers.is_empty() {
        return Ok(());
    }
    let mut text = "[MIME Cache]\n".to_owned();
    for (kind, ids) in openers {
        let ids: Vec<_> = ids.iter().map(|id| format!("{id};")).collect();
        let _ = writeln!(text, "{kind}={}", ids.concat());
    }
    let path = directory.join("mimeinfo.cache");
    fs::write(&path, text).map_err(|source| PackagesError::Write { path, source })
}

/// The types that a desktop entry says it opens.
fn types(entry: &str) -> Vec<&str> {
    let mut lines = entry
        .lines()
        .skip_while(|line| line.trim() != "[Desktop Entry]");
    lines.next();
    let group = lines.take_while(|line| !line.starts_with('['));
    let value = group.filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "MimeType").then_some(value)
    });
    let types = value.flat_map(|value| value.split(';')).map(str::trim);
    types.filter(|kind| !kind.is_empty()).collect()
}

/// Has `program`, which is update-mime-database(1), make the database of types.
pub(super) fn mime_database(program: &Path, out: &Path) -> Result<(), PackagesError> {
    if !out.join(MIME_SOURCES).is_dir() {
        return Ok(());
    }
    let failed = |said: String| PackagesError::MimeDatabase {
        program: program.to_owned(),
        said,
    };
    let output = Command::new(program)
        .arg(out.join(MIME))
        .env("XDG_DATA_DIRS", out.join("share"))
        // Nix syncs what it has built, if anybody does.
        .env("PKGSYSTEM_ENABLE_FSYNC", "0")
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ))
    }
}

/// The directories that have to be real ones, so that something can be made in
/// them, of those that the packages at `providers` have.
pub(super) fn directories<'a>(
    providers: impl Iterator<Item = &'a PathBuf> + Clone,
    with_mime: bool,
) -> impl Iterator<Item = &'static str> {
    let has = move |place: &str| providers.clone().any(|path| path.join(place).is_dir());
    let applications = has(APPLICATIONS).then_some(APPLICATIONS);
    let mime = (with_mime && has(MIME_SOURCES)).then_some(MIME);
    applications.into_iter().chain(mime)
}
