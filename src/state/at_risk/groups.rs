//! What is at risk, as a person wants to see it: directories that would go as
//! a whole, and single files beside what stays.

use std::collections::HashMap;

use super::survey::{Class, Leaf, Survey};
use crate::manifest::HomePath;

/// Directories that each program has one of its own in. They are never shown
/// as a whole: what is in them has nothing to do with each other.
const SHARED: [&str; 7] = [
    ".cache",
    ".config",
    ".local",
    ".local/share",
    ".local/state",
    ".var",
    ".var/app",
];

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Sort {
    /// The largest.
    #[default]
    Size,
    /// What was changed last.
    Newest,
}

/// A directory with everything in it, or one file or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Where.
    pub path: HomePath,
    /// It is a directory.
    pub is_directory: bool,
    /// How many files and links.
    pub files: u64,
    /// The room that they take.
    pub bytes: u64,
    /// When the newest of them was changed, in seconds since 1970.
    pub newest: i64,
}

/// One file or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// Where.
    pub path: HomePath,
    /// It is a symbolic link.
    pub is_link: bool,
    /// The room that it takes.
    pub bytes: u64,
    /// When it was changed, in seconds since 1970 and nanoseconds.
    pub modified: (i64, u64),
}

/// Files and links, and the room that they take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub files: u64,
    /// The room.
    pub bytes: u64,
}

impl Survey {
    /// What is at risk, by directories.
    #[must_use]
    pub fn groups(&self, sort: Sort) -> Vec<Group> {
        self.groups_of(Class::AtRisk, sort)
    }

    /// What does not count, by directories: only of a walk that looked at it.
    #[must_use]
    pub fn ignored_groups(&self, sort: Sort) -> Vec<Group> {
        self.groups_of(Class::Ignored, sort)
    }

    fn groups_of(&self, class: Class, sort: Sort) -> Vec<Group> {
        let tops = self.tops(class);
        let mut whole: HashMap<usize, Group> = HashMap::new();
        let mut groups = Vec::new();
        for (number, directory) in self.directories.iter().enumerate() {
            let mut here = None;
            for leaf in directory.leaves.iter().filter(|leaf| leaf.class == class) {
                let (bytes, newest) = (leaf.bytes, leaf.identity.modified.0);
                if let Some(top) = tops[number] {
                    let group = whole.entry(top).or_insert_with(|| Group {
                        path: self.path_of(top).expect("the home is no group"),
                        is_directory: true,
                        files: 0,
                        bytes: 0,
                        newest,
                    });
                    group.files += 1;
                    group.bytes += bytes;
                    group.newest = group.newest.max(newest);
                } else {
                    let dir = here.get_or_insert_with(|| self.path_of(number)).as_ref();
                    groups.push(Group {
                        path: Self::path_in(dir, directory.name_of(leaf)),
                        is_directory: false,
                        files: 1,
                        bytes,
                        newest,
                    });
                }
            }
        }
        groups.extend(whole.into_values());
        groups.sort_unstable_by(|a, b| {
            let by = match sort {
                Sort::Size => (b.bytes, b.newest).cmp(&(a.bytes, a.newest)),
                Sort::Newest => (b.newest, b.bytes).cmp(&(a.newest, a.bytes)),
            };
            by.then_with(|| a.path.cmp(&b.path))
        });
        groups
    }

    /// For each directory the one that it is shown with: the topmost in which
    /// nothing stays.
    fn tops(&self, class: Class) -> Vec<Option<usize>> {
        let mut tops: Vec<Option<usize>> = Vec::with_capacity(self.directories.len());
        for (number, directory) in self.directories.iter().enumerate() {
            let top = if number == 0 {
                None
            } else if let Some(above) = tops[directory.parent] {
                Some(above)
            } else {
                let alone = !directory.keeps && directory.class == class;
                let shared = class == Class::AtRisk && self.is_shared(number);
                (alone && !shared).then_some(number)
            };
            tops.push(top);
        }
        tops
    }

    fn is_shared(&self, number: usize) -> bool {
        let directory = &self.directories[number];
        // Paths are made for a few only.
        let name = &directory.name[..];
        let last = |shared: &&str| {
            shared
                .rsplit('/')
                .next()
                .is_some_and(|l| l.as_bytes() == name)
        };
        let mut candidates = SHARED.iter().filter(|shared| last(shared)).peekable();
        candidates.peek().is_some()
            && self
                .path_of(number)
                .is_some_and(|path| candidates.any(|shared| shared.as_bytes() == path.as_bytes()))
    }

    /// Everything that is at risk.
    #[must_use]
    pub fn singles(&self, sort: Sort) -> Vec<Single> {
        let mut all = Vec::new();
        for (number, directory) in self.directories.iter().enumerate() {
            let at_risk = directory.leaves.iter().filter(|leaf| leaf.is_at_risk());
            let mut here = None;
            for leaf in at_risk {
                let dir = here.get_or_insert_with(|| self.path_of(number)).as_ref();
                all.push(Single {
                    path: Self::path_in(dir, directory.name_of(leaf)),
                    is_link: leaf.is_link(),
                    bytes: leaf.bytes,
                    modified: leaf.identity.modified,
                });
            }
        }
        all.sort_unstable_by(|a, b| {
            let by = match sort {
                Sort::Size => (b.bytes, b.modified).cmp(&(a.bytes, a.modified)),
                Sort::Newest => (b.modified, b.bytes).cmp(&(a.modified, a.bytes)),
            };
            by.then_with(|| a.path.cmp(&b.path))
        });
        all
    }

    /// All that is at risk.
    #[must_use]
    pub fn sum(&self) -> Sum {
        self.sum_of(Leaf::is_at_risk)
    }

    /// All that does not count.
    #[must_use]
    pub fn ignored_sum(&self) -> Sum {
        self.sum_of(|leaf| leaf.class == Class::Ignored)
    }

    /// All that is listed.
    #[must_use]
    pub fn all(&self) -> Sum {
        self.sum_of(|_| true)
    }

    fn sum_of(&self, counts: impl Fn(&Leaf) -> bool) -> Sum {
        let mut sum = Sum::default();
        for (_, leaf) in self.leaves().filter(|(_, leaf)| counts(leaf)) {
            sum.files += 1;
            sum.bytes += leaf.bytes;
        }
        sum
    }
}
