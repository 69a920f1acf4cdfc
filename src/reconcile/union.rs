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

/// The paths of both indexes whose leaves are links, sorted, each once.
///
/// A leaf that is no link is absent from its index here. What was a link and
/// is to be a file is passed over: it stays, to be exchanged for the file.
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
        loop {
            let pair = self.step()?;
            let is_link = |entry: &&Entry| entry.method.is_link() && !entry.inside;
            let old = pair.old.filter(is_link);
            match pair.new {
                Some(new) if new.inside || !new.method.is_link() => {}
                None if old.is_none() => {}
                new => return Some(Pair { old, new, ..pair }),
            }
        }
    }
}

impl<'a> Union<'a> {
    fn step(&mut self) -> Option<Pair<'a>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Digest, LeafKind, Method};

    #[test]
    fn only_links_are_seen_and_what_becomes_a_file_is_left_alone() {
        let index = |leaves: &[(&str, bool)]| {
            let entry = |&(path, link): &(&str, bool)| {
                let path = HomePath::new(path).unwrap();
                let entry = Entry::new(path, LeafKind::File, Digest::of(b""));
                if link {
                    entry
                } else {
                    entry.by(Method::Copy { mode: 0o644 })
                }
            };
            Index::new(leaves.iter().map(entry).collect(), b"").unwrap()
        };
        let old = index(&[
            ("both", true),
            ("gone-file", false),
            ("gone-link", true),
            ("to-file", true),
            ("to-link", false),
            ("writes", false),
        ]);
        let new = index(&[
            ("both", true),
            ("new-file", false),
            ("new-link", true),
            ("to-file", false),
            ("to-link", true),
            ("writes", false),
        ]);
        let seen: Vec<_> = Union::of(&old, &new)
            .map(|pair| {
                (
                    pair.path.to_string(),
                    pair.old.is_some(),
                    pair.new.is_some(),
                )
            })
            .collect();
        let expected = [
            ("both", true, true),
            ("gone-link", true, false),
            ("new-link", false, true),
            ("to-link", false, true),
        ];
        assert_eq!(
            seen,
            expected.map(|(path, old, new)| (path.to_owned(), old, new))
        );
    }
}
