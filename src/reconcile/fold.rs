//! Paths that are one on a filesystem which does not tell capitals from small
//! letters.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::manifest::{HomePath, Index};

/// What such a filesystem makes of two generations.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// A wanted leaf, and another wanted path that it cannot be beside.
    clashes: BTreeMap<HomePath, HomePath>,
    /// A new leaf, and the old one whose name it takes.
    renamed: BTreeMap<HomePath, HomePath>,
    gone: BTreeSet<HomePath>,
}

impl Twins {
    pub(super) fn of(old: &Index, new: &Index) -> Self {
        let mut twins = Self::default();
        let mut seen: HashMap<Vec<u8>, HomePath> = HashMap::new();
        for entry in new.entries() {
            let leaf = &entry.path;
            for part in leaf.ancestors().chain([leaf.clone()]) {
                let known = seen.entry(fold(&part)).or_insert_with(|| part.clone());
                if *known != part {
                    twins.clashes.insert(leaf.clone(), known.clone());
                    break;
                }
            }
        }
        let only = |one: &Index, other: &Index| {
            let entries = one.entries().iter().map(|entry| entry.path.clone());
            let only = entries.filter(|path| other.get(path).is_none());
            only.collect::<Vec<_>>()
        };
        let before: HashMap<_, _> = only(old, new)
            .into_iter()
            .map(|path| (fold(&path), path))
            .collect();
        for path in only(new, old) {
            if let Some(was) = before.get(&fold(&path)) {
                twins.gone.insert(was.clone());
                twins.renamed.insert(path, was.clone());
            }
        }
        twins
    }

    /// The wanted path that is the same as `path`, or as a directory of it.
    pub(super) fn clash(&self, path: &HomePath) -> Option<&HomePath> {
        self.clashes.get(path)
    }

    /// The old leaf whose name the new leaf `path` takes.
    pub(super) fn was(&self, path: &HomePath) -> Option<&HomePath> {
        self.renamed.get(path)
    }

    /// Whether the old leaf `path` lives on under another name.
    pub(super) fn lives_on(&self, path: &HomePath) -> bool {
        self.gone.contains(path)
    }
}

/// What is equal for paths that such a filesystem takes for the same.
fn fold(path: &HomePath) -> Vec<u8> {
    match std::str::from_utf8(path.as_bytes()) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => path.as_bytes().to_ascii_lowercase(),
    }
}
