//! Which paths are persisted, and where, before and after.

use std::path::PathBuf;

use serde::Serialize;

use crate::manifest::{Entry, HomePath, Index, Route};

/// Persisted paths that come, go, or differ; each sorted.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct StateDiff {
    /// In the new tree only.
    pub added: Vec<StatePath>,
    /// In the old tree only. Their data stays where it is.
    pub removed: Vec<StatePath>,
    /// In both, with another root.
    pub moved: Vec<StateChange>,
    /// In both, with the same root and something else that differs.
    pub changed: Vec<StateChange>,
}

/// A persisted path of one tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatePath {
    /// The path.
    pub path: HomePath,
    /// The directory that outlives the home.
    pub root: PathBuf,
    /// Where the data lies.
    pub place: PathBuf,
    /// `directory` or `file`.
    pub kind: &'static str,
    /// `symlink` or `bind`.
    pub method: &'static str,
}

/// A persisted path that differs.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// The path.
    pub path: HomePath,
    /// What it was: the root when that differs, else all but the root.
    pub from: String,
    /// What it is.
    pub to: String,
}

impl StatePath {
    /// That of `entry`, if it is persisted.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let route = entry.route.as_deref()?;
        Some(Self {
            path: entry.path.clone(),
            root: route.root.clone(),
            place: route.place(&entry.path),
            kind: route.kind.as_str(),
            method: route.method.as_str(),
        })
    }

    /// All of the tree whose index is `index`.
    #[must_use]
    pub fn all(index: &Index) -> Vec<Self> {
        index.routes().filter_map(Self::of).collect()
    }
}

impl StateDiff {
    /// Compares two indexes.
    #[must_use]
    pub fn between(old: &Index, new: &Index) -> Self {
        let mut diff = Self::default();
        let route = |index: &Index, path| {
            let entry: Option<&Entry> = index.get(path);
            entry.and_then(|entry| entry.route.clone())
        };
        for entry in old.routes() {
            if route(new, &entry.path).is_none() {
                diff.removed.extend(StatePath::of(entry));
            }
        }
        for entry in new.routes() {
            let Some(now) = entry.route.as_deref() else {
                continue;
            };
            let Some(before) = route(old, &entry.path) else {
                diff.added.extend(StatePath::of(entry));
                continue;
            };
            let change = |from, to| StateChange {
                path: entry.path.clone(),
                from,
                to,
            };
            if before.root != now.root {
                let root = |route: &Route| route.root.display().to_string();
                diff.moved.push(change(root(&before), root(now)));
            } else if *before != *now {
                diff.changed.push(change(before.how(), now.how()));
            }
        }
        diff
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Digest, LeafKind, RouteKind, RouteMethod};
    use crate::tree::diff::FileDiff;

    fn index(routes: &[(&str, &str, Option<u32>)], files: &[&str]) -> Index {
        let path = |path: &str| HomePath::new(path).unwrap();
        let route = |&(at, root, mode): &(&str, &str, Option<u32>)| {
            let route = Route {
                root: root.into(),
                kind: RouteKind::Directory,
                method: RouteMethod::Symlink,
                mode,
                parent_mode: None,
            };
            Entry::routed(path(at), route)
        };
        let file = |at: &&str| Entry::new(path(at), LeafKind::File, Digest::of(b""));
        let entries = routes.iter().map(route).chain(files.iter().map(file));
        Index::new(entries.collect(), b"").unwrap()
    }

    #[test]
    fn what_comes_goes_moves_and_differs_is_told_apart() {
        let old = index(
            &[("a", "/p", None), ("b", "/p", None), ("c", "/p", None)],
            &["f", "g"],
        );
        let new = index(
            &[
                ("b", "/q", None),
                ("c", "/p", Some(0o700)),
                ("d", "/p", None),
                ("f", "/p", None),
            ],
            &["a", "g"],
        );
        let diff = StateDiff::between(&old, &new);
        let names = |paths: &[StatePath]| {
            let names = paths.iter().map(|one| one.path.to_string());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&diff.added), ["d", "f"]);
        assert_eq!(diff.added[0].place, PathBuf::from("/p/d"));
        assert_eq!(names(&diff.removed), ["a"]);
        let [moved] = &diff.moved[..] else {
            panic!("{diff:?}");
        };
        assert_eq!((&*moved.from, &*moved.to), ("/p", "/q"));
        let [changed] = &diff.changed[..] else {
            panic!("{diff:?}");
        };
        assert_eq!(changed.from, "directory by symlink");
        assert_eq!(changed.to, "directory by symlink, mode 0700");
        assert_eq!(StateDiff::between(&new, &new), StateDiff::default());
        // A path that is persisted is no managed file.
        let files = FileDiff::between(&old, &new);
        let names = |paths: &[HomePath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&files.added), ["a"]);
        assert_eq!(names(&files.removed), ["f"]);
        assert!(files.changed.is_empty());
    }
}
