//! What a switch makes of a persisted path, said by path and not as the planner
//! does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::manifest::OnConflict;
use crate::reconcile::ConflictKind;

/// The persisted paths: directories, then files.
pub(super) const PATHS: [&str; 4] = ["s", "deep/t", "h", "deep/g"];
/// A managed file in the first of them, in generations that persist it.
pub(super) const INSIDE: &str = "config";
/// A managed file beside.
pub(super) const BESIDE: &str = "m";

pub(super) fn is_directory(number: usize) -> bool {
    number < 2
}

/// What a home or a root has at a persisted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thing {
    Nothing,
    File(String),
    /// With what is in it; `None` is a link of nhmt's.
    Directory(BTreeMap<String, Option<String>>),
    /// The link through the anchor.
    Link,
    /// One that leads to the place in this root, as only nhmt makes it.
    Direct(usize),
    /// The same as a person makes it.
    Plain(usize),
    /// Another one.
    Foreign(PathBuf),
}

impl Thing {
    fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Directory(inside) => inside.is_empty(),
            _ => false,
        }
    }

    /// Whether something of anybody's is there.
    fn is_data(&self) -> bool {
        match self {
            Self::Directory(inside) => inside.values().any(Option::is_some),
            other => *other != Self::Nothing,
        }
    }

    /// Whether all of it is in the other, too.
    fn is_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Directory(mine), Self::Directory(theirs)) => mine
                .iter()
                .all(|(name, text)| theirs.get(name) == Some(text)),
            _ => self == other,
        }
    }
}

/// The root of each path in one generation, or none.
pub(super) type Declared = [Option<usize>; 4];

/// What is at one path: in the home, and in the roots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    pub(super) home: Thing,
    pub(super) roots: [Thing; 2],
}

/// The model of one path: what a switch makes of it.
pub(super) struct Model<'a> {
    pub(super) number: usize,
    pub(super) at: At,
    /// The generation that introduced the route, by root.
    pub(super) since: &'a mut [Option<u64>; 2],
    /// The data cannot move by an exchange of names, by root.
    pub(super) copies: [bool; 2],
    pub(super) conflict: Option<ConflictKind>,
    pub(super) backed_up: bool,
    pub(super) kept_in_root: bool,
}

impl Model<'_> {
    pub(super) fn switch(
        &mut self,
        old: Option<usize>,
        new: Option<usize>,
        generation: u64,
        policy: OnConflict,
    ) {
        self.leave_inside(old, new);
        match (old, new) {
            (_, Some(root)) => self.wanted(old, root, generation, policy),
            (Some(root), None) => self.ends(root, generation),
            (None, None) => {}
        }
    }

    /// The managed file in a persisted directory goes from the root that the
    /// path leaves.
    fn leave_inside(&mut self, old: Option<usize>, new: Option<usize>) {
        if self.number == 0
            && let Some(root) = old.filter(|root| Some(*root) != new)
            && let Thing::Directory(inside) = &mut self.at.roots[root]
        {
            inside.retain(|name, node| name != INSIDE || node.is_some());
        }
    }

    fn wanted(&mut self, old: Option<usize>, root: usize, generation: u64, policy: OnConflict) {
        let directory = is_directory(self.number);
        let there = self.at.roots[root].clone();
        let other = &self.at.roots[1 - root];
        let elsewhere = old == Some(1 - root) && other.is_data();
        // What took the place of a link that was there is drift.
        let asks = policy == OnConflict::Abort && old.is_none();
        let conflict = |kind| asks.then_some(kind);
        match (self.at.home.clone(), directory) {
            (Thing::Nothing | Thing::Link, _) => {
                if there.is_nothing() && elsewhere {
                    self.conflict = Some(ConflictKind::OldPersistentPlace);
                }
            }
            // Of the route that an older generation kept.
            (Thing::Direct(of), _) => {
                if of != root && there.is_nothing() && other.is_data() {
                    self.conflict = Some(ConflictKind::OldPersistentPlace);
                }
            }
            (Thing::Plain(of), _) if of == root => self.backed_up = true,
            (Thing::Plain(_), _) if there.is_nothing() && elsewhere => {
                self.conflict = Some(ConflictKind::OldPersistentPlace);
            }
            (Thing::Plain(_) | Thing::Foreign(_), _) => {
                self.conflict = conflict(ConflictKind::ForeignLink);
                self.backed_up = true;
            }
            (Thing::File(_), true) => {
                self.conflict = conflict(ConflictKind::File);
                self.backed_up = true;
            }
            (Thing::Directory(_), false) => {
                self.conflict = conflict(ConflictKind::ForeignDirectory);
                self.backed_up = true;
            }
            (mine, _) if there.is_nothing() => {
                self.at.roots[root] = mine;
                self.backed_up = self.copies[root];
            }
            (mine @ Thing::File(_), _) if old == Some(root) => {
                self.kept_in_root = mine != there;
                self.at.roots[root] = mine;
            }
            (mine, _) if mine.is_in(&there) => self.backed_up = true,
            _ => self.conflict = Some(ConflictKind::DataInBoth),
        }
        self.at.home = Thing::Link;
        if directory && self.at.roots[root] == Thing::Nothing {
            self.at.roots[root] = Thing::Directory(BTreeMap::new());
        }
        if self.number == 0
            && let Thing::Directory(inside) = &mut self.at.roots[root]
        {
            inside.insert(INSIDE.to_owned(), None);
        }
        self.since[root].get_or_insert(generation);
    }

    /// The path is no longer declared: its data stays, and to a generation that
    /// is older than the route it is still there.
    fn ends(&mut self, root: usize, generation: u64) {
        if matches!(self.at.home, Thing::Link) || self.at.home == Thing::Direct(root) {
            let outlives = self.since[root].is_some_and(|since| generation < since);
            self.at.home = if outlives {
                Thing::Direct(root)
            } else {
                Thing::Nothing
            };
        }
    }
}
