//! Unified diffs of managed files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use walkdir::WalkDir;

use super::place_in;
use crate::manifest::HomePath;

/// Files above this size are named, not shown.
const LARGEST_SHOWN: u64 = 1 << 20;

/// One file below a managed path, before and after.
#[derive(Debug, PartialEq, Eq)]
pub enum FileText {
    /// A unified diff with three lines of context.
    Unified(String),
    /// Not text, or too large: the sizes in bytes, `None` where it is not.
    Binary {
        /// The file.
        path: PathBuf,
        /// The size before.
        before: Option<u64>,
        /// The size after.
        after: Option<u64>,
    },
}

/// The differences at a managed path of two trees; a directory that is linked
/// as a whole gives one item for each differing file in it.
///
/// # Errors
/// When a file in one of the trees cannot be read.
pub fn unified(
    old: Option<&Path>,
    new: Option<&Path>,
    path: &HomePath,
) -> io::Result<Vec<FileText>> {
    let place = |tree: Option<&Path>| tree.map(|tree| place_in(tree, path));
    let (before, after) = (place(old), place(new));
    let mut below = BTreeSet::new();
    for root in [&before, &after].into_iter().flatten() {
        leaves(root, &mut below)?;
    }
    let mut texts = Vec::new();
    for relative in below {
        let inside = |root: &Option<PathBuf>| root.as_ref().map(|root| join(root, &relative));
        let shown = join(path.as_path(), &relative);
        texts.extend(one(
            inside(&before).as_deref(),
            inside(&after).as_deref(),
            shown,
        )?);
    }
    Ok(texts)
}

/// Joins without the trailing slash that an empty second part would give.
fn join(root: &Path, relative: &Path) -> PathBuf {
    if relative.as_os_str().is_empty() {
        root.to_path_buf()
    } else {
        root.join(relative)
    }
}

fn leaves(root: &Path, into: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !root.is_dir() {
        if root.symlink_metadata().is_ok() {
            into.insert(PathBuf::new());
        }
        return Ok(());
    }
    // The root itself is a link into the store; links below it are leaves.
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry.map_err(io::Error::other)?;
        if !entry.file_type().is_dir() {
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            into.insert(relative.to_path_buf());
        }
    }
    Ok(())
}

/// What one side of a comparison holds.
enum Side {
    Absent,
    Text(String),
    Bytes(u64, Option<Vec<u8>>),
}

impl Side {
    fn read(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Absent);
        };
        let size = match fs::metadata(path) {
            Ok(data) if data.is_file() => data.len(),
            Ok(_) => return Ok(Self::Absent),
            Err(_) => return Self::read_link(path),
        };
        if size > LARGEST_SHOWN {
            return Ok(Self::Bytes(size, None));
        }
        let bytes = fs::read(path)?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Self::Text(text),
            Ok(text) => Self::Bytes(size, Some(text.into_bytes())),
            Err(error) => Self::Bytes(size, Some(error.into_bytes())),
        })
    }

    /// A link that leads nowhere is shown by its target.
    fn read_link(path: &Path) -> io::Result<Self> {
        match fs::read_link(path) {
            Ok(target) => {
                let target = String::from_utf8_lossy(target.as_os_str().as_bytes());
                Ok(Self::Text(format!("-> {target}\n")))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Absent),
            Err(error) => Err(error),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Absent => Some(""),
            Self::Text(text) => Some(text),
            Self::Bytes(..) => None,
        }
    }

    fn size(&self) -> Option<u64> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(text.len() as u64),
            Self::Bytes(size, _) => Some(*size),
        }
    }

    fn name(&self, letter: char, path: &Path) -> String {
        match self {
            Self::Absent => "/dev/null".to_owned(),
            _ => format!("{letter}/{}", path.display()),
        }
    }
}

fn one(old: Option<&Path>, new: Option<&Path>, path: PathBuf) -> io::Result<Option<FileText>> {
    let (before, after) = (Side::read(old)?, Side::read(new)?);
    if let (Some(a), Some(b)) = (before.text(), after.text()) {
        if a == b {
            return Ok(None);
        }
        let names = (before.name('a', &path), after.name('b', &path));
        let diff = TextDiff::from_lines(a, b);
        let text = diff
            .unified_diff()
            .context_radius(3)
            .header(&names.0, &names.1)
            .to_string();
        return Ok(Some(FileText::Unified(text)));
    }
    if let (Side::Bytes(_, Some(a)), Side::Bytes(_, Some(b))) = (&before, &after)
        && a == b
    {
        return Ok(None);
    }
    Ok(Some(FileText::Binary {
        path,
        before: before.size(),
        after: after.size(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = dir.path().join("home").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    fn diff(old: &[(&str, &[u8])], new: &[(&str, &[u8])], path: &str) -> Vec<FileText> {
        let (old, new) = (tree(old), tree(new));
        let path = HomePath::new(path).unwrap();
        unified(Some(old.path()), Some(new.path()), &path).unwrap()
    }

    #[test]
    fn a_changed_line_is_shown_with_its_file() {
        let texts = diff(&[("a", b"one\ntwo\n")], &[("a", b"one\n2\n")], "a");
        let [FileText::Unified(text)] = &texts[..] else {
            panic!("{texts:?}");
        };
        assert!(text.contains("--- a/a\n+++ b/a\n"), "{text}");
        assert!(text.contains("-two\n+2\n"), "{text}");
    }

    #[test]
    fn a_directory_is_compared_file_by_file() {
        let texts = diff(
            &[("d/same", b"x"), ("d/gone", b"y\n"), ("d/bin", b"\0\x01")],
            &[
                ("d/same", b"x"),
                ("d/new", b"z\n"),
                ("d/bin", b"\0\x02\x03"),
            ],
            "d",
        );
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts.contains(&FileText::Binary {
            path: "d/bin".into(),
            before: Some(2),
            after: Some(3),
        }));
        let shown = format!("{texts:?}");
        assert!(
            shown.contains("--- a/d/gone") && shown.contains("+++ /dev/null"),
            "{shown}"
        );
    }
}
