//! How two home trees differ: their files, their packages, what they persist.

mod methods;
mod packages;
mod state;
mod text;
mod version;

pub use methods::{HookDiff, LivePath, MethodDiff};
pub use packages::{Direction, PackageChange, PackageDiff, PackageName};
pub use state::{StateChange, StateDiff, StatePath};
pub use text::{FileText, unified};
pub use version::compare_versions;

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::manifest::{Entry, HomePath, Index, IndexError, Manifest, ManifestError};

/// What changes from one home tree to another.
#[derive(Debug, Default, Serialize)]
pub struct TreeDiff {
    /// The managed files.
    pub files: FileDiff,
    /// The packages, by name and version.
    pub packages: PackageDiff,
    /// What runs after a switch.
    pub hooks: HookDiff,
    /// The persisted paths.
    pub state: StateDiff,
    /// The paths of the new tree that no comparison covers.
    pub live: Vec<LivePath>,
}

/// Managed paths that come, go, or differ in content or kind; each sorted.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// In the new tree only.
    pub added: Vec<HomePath>,
    /// In the old tree only.
    pub removed: Vec<HomePath>,
    /// In both, with another content or another method.
    pub changed: Vec<HomePath>,
    /// Those of all three that are, or were, no link into a generation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodDiff>,
}

/// Why two trees could not be compared.
#[derive(Debug, Error)]
pub enum DiffError {
    /// The index of one of them.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The manifest in one of them.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The manifest in one of them is damaged.
    #[error("{}: {source}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ManifestError,
    },
}

impl TreeDiff {
    /// Compares the home tree at `old` (`None`: an empty one) with `new`.
    ///
    /// # Errors
    /// When one of them is not a readable home tree.
    pub fn between(old: Option<&Path>, new: &Path) -> Result<Self, DiffError> {
        let old_index = old.map_or_else(|| Ok(Index::empty()), Index::read)?;
        let new_index = Index::read(new)?;
        let old_manifest = old.map(read_manifest).transpose()?;
        let new_manifest = read_manifest(new)?;
        let old_packages = old_manifest.as_ref().and_then(|m| m.packages.as_ref());
        Ok(Self {
            files: FileDiff::between(&old_index, &new_index),
            packages: PackageDiff::between(old_packages, new_manifest.packages.as_ref()),
            hooks: HookDiff::between(old_manifest.as_ref(), Some(&new_manifest)),
            state: StateDiff::between(&old_index, &new_index),
            live: LivePath::all(&new_index, new),
        })
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files == FileDiff::default()
            && self.packages == PackageDiff::default()
            && self.hooks == HookDiff::default()
            && self.state == StateDiff::default()
    }
}

/// Reads the manifest that a home tree carries.
///
/// # Errors
/// When `tree` has none, or a damaged one.
pub fn read_manifest(tree: &Path) -> Result<Manifest, DiffError> {
    let path = tree.join("nhmt.json");
    let json = fs::read(&path).map_err(|source| DiffError::Read {
        path: path.clone(),
        source,
    })?;
    Manifest::from_json(&json).map_err(|source| DiffError::Manifest { path, source })
}

/// Where the tree at `tree` has the managed path `path`.
#[must_use]
pub fn place_in(tree: &Path, path: &HomePath) -> PathBuf {
    // Below a persisted directory; in the tree's home there is a link to that.
    let inside = tree.join("inside").join(path.as_path());
    if inside.symlink_metadata().is_ok() {
        return inside;
    }
    tree.join("home").join(path.as_path())
}

impl FileDiff {
    /// Compares two indexes; both are sorted, so one walk does. Persisted
    /// paths are no files here.
    #[must_use]
    pub fn between(old: &Index, new: &Index) -> Self {
        let mut diff = Self::default();
        let files = |entry: &&Entry| entry.route.is_none();
        let (mut old, mut new) = (
            old.entries().iter().filter(files).peekable(),
            new.entries().iter().filter(files).peekable(),
        );
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return diff,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.path.cmp(&b.path),
            };
            let a = order.is_le().then(|| old.next()).flatten();
            let b = order.is_ge().then(|| new.next()).flatten();
            let list = match (a, b) {
                (Some(a), Some(b)) if is_same(a, b) => continue,
                (Some(_), Some(_)) => &mut diff.changed,
                (Some(_), None) => &mut diff.removed,
                _ => &mut diff.added,
            };
            list.extend(a.or(b).map(|entry| entry.path.clone()));
            diff.methods.extend(MethodDiff::of(a, b));
        }
    }
}

fn is_same(a: &Entry, b: &Entry) -> bool {
    let of = |e: &Entry| (e.kind, e.digest, e.live, e.inside, e.secret);
    of(a) == of(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Digest, LeafKind};

    fn index(files: &[(&str, &str)]) -> Index {
        let entry = |&(path, text): &(&str, &str)| {
            let path = HomePath::new(path).unwrap();
            Entry::new(path, LeafKind::File, Digest::of(text.as_bytes()))
        };
        Index::new(files.iter().map(entry).collect(), b"").unwrap()
    }

    #[test]
    fn what_comes_goes_and_differs_is_told_apart() {
        let old = index(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let new = index(&[("b", "2"), ("c", "1"), ("d", "1")]);
        let diff = FileDiff::between(&old, &new);
        let names = |paths: &[HomePath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&diff.added), ["d"]);
        assert_eq!(names(&diff.removed), ["a"]);
        assert_eq!(names(&diff.changed), ["b"]);
        assert_eq!(FileDiff::between(&old, &old), FileDiff::default());
    }
}
