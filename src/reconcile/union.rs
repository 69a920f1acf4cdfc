//! Two indexes side by side.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::slice::Iter;

use crate::manifest::{Entry, HomePath, Index};

/// One path of either index, with its leaf in each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) path: &'a HomePath,
    pub(crate) old: Option<&'a Entry>,
    pub(crate) new: Option<&'a Entry>,
}

/// The paths of both indexes, sorted, each once.
pub(crate) struct Union<'a> {
    old: Peekable<Iter<'a, Entry>>,
    new: Peekable<Iter<'a, Entry>>,
}

impl<'a> Union<'a> {
    pub(crate) fn of(old: &'a Index, new: &'a Index) -> Self {
        Self {
            old: old.entries().iter().peekable(),
            new: new.entries().iter().peekable(),
        }
    }
}

impl<'a> Iterator for Union<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let order = match (self.old.peek(), self.new.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // Equality by memory comparison is the common case, and cheaper.
            (Some(old), Some(new)) if old.path == new.path => Ordering::Equal,
            (Some(old), Some(new)) => old.path.cmp(&new.path),
        };
        let old = order.is_le().then(|| self.old.next()).flatten();
        let new = order.is_ge().then(|| self.new.next()).flatten();
        let path = &old.or(new)?.path;
        Some(Pair { path, old, new })
    }
}

/// Whether `index` has a leaf below `path`.
pub(crate) fn has_below(index: &Index, path: &HomePath) -> bool {
    let entries = index.entries();
    let at = entries.partition_point(|entry| entry.path <= *path);
    entries
        .get(at)
        .is_some_and(|entry| entry.path.is_below(path))
}
