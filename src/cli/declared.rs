//! Who declared a path, for what is in the way and for drift.

use std::path::Path;

use crate::manifest::{HomePath, Manifest};
use crate::reconcile::{Drift, Plan};
use crate::tree::diff::read_manifest;

/// The manifests that are asked. They hold every text of the home, so they are
/// read only when something is to be said.
pub(super) struct Declared {
    new: Option<Manifest>,
    old: Option<Manifest>,
}

impl Declared {
    /// Those of the tree at `new` and, for paths that it does not have any
    /// more, of the one at `old`.
    pub fn read(new: &Path, old: Option<&Path>) -> Self {
        Self {
            new: read_manifest(new).ok(),
            old: old
                .filter(|old| *old != new)
                .and_then(|old| read_manifest(old).ok()),
        }
    }

    /// Who declared `path`, or a directory above it.
    fn of(&self, path: &HomePath) -> Vec<String> {
        let both = [&self.new, &self.old];
        both.into_iter()
            .flatten()
            .find_map(|manifest| declared_in(manifest, path))
            .unwrap_or_default()
    }
}

fn declared_in(manifest: &Manifest, path: &HomePath) -> Option<Vec<String>> {
    let at = |path: &HomePath| {
        let file = manifest.files.get(path).map(|spec| &spec.declared_in);
        file.or_else(|| manifest.state.get(path).map(|spec| &spec.declared_in))
    };
    let above = || path.ancestors().filter_map(|above| at(&above)).last();
    at(path).or_else(above).cloned()
}

/// Fills in who declared what is in the way or has drifted.
pub(super) fn declare(plan: &mut Plan, new: &Path, old: Option<&Path>) {
    if plan.conflicts().is_empty() && plan.drift().is_empty() {
        return;
    }
    let declared = Declared::read(new, old);
    plan.declare(|path| declared.of(path));
}

/// As [`declare`], for drift from the tree at `tree`.
pub(super) fn declare_drift(drift: &mut [Drift], tree: &Path) {
    if drift.is_empty() {
        return;
    }
    let declared = Declared::read(tree, None);
    for one in drift {
        one.declared_in = declared.of(&one.path);
    }
}
