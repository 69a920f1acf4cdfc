//! What a walk through a home found.

use std::collections::HashMap;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::home::dir::Identity;
use crate::manifest::HomePath;

/// Why something is in the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It would be lost.
    AtRisk,
    /// It matches a pattern that a person gave.
    Ignored,
    /// Nothing is lost with it: a pipe or a socket, a link of nhmt's that has
    /// no place, what nhmt can get again.
    Spare,
}

/// One name that is no directory.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    start: u32,
    length: u16,
    /// The file has other names, too.
    is_linked: bool,
    pub(crate) class: Class,
    pub(crate) identity: Identity,
    /// The room that it takes; 0 for a further name of the same file.
    pub(crate) bytes: u64,
}

/// One directory that was entered, with the leaves in it that are not kept.
#[derive(Debug)]
pub(crate) struct Directory {
    /// Its number comes before its own.
    pub(crate) parent: usize,
    pub(crate) name: Box<[u8]>,
    pub(crate) identity: Identity,
    pub(crate) class: Class,
    /// It holds something that stays.
    pub(crate) keeps: bool,
    names: Vec<u8>,
    pub(crate) leaves: Vec<Leaf>,
}

/// What could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The directory or the file.
    pub path: HomePath,
    /// What the system said.
    pub errno: Errno,
}

/// Something that is mounted in the home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// Where.
    pub path: HomePath,
    /// It shows another part of the home's own filesystem.
    pub is_same_filesystem: bool,
}

/// All of a home that is neither managed nor persisted.
#[derive(Debug, Default)]
pub struct Survey {
    /// The first is the home; each comes after the one that it is in.
    pub(crate) directories: Vec<Directory>,
    /// How many managed files and links are in force.
    pub(crate) kept: usize,
    /// What was passed over because a pattern matches it.
    pub(crate) ignored: Vec<HomePath>,
    pub(crate) mounts: Vec<Mounted>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl Directory {
    pub(super) fn new(parent: usize, name: &[u8], identity: Identity, class: Class) -> Self {
        Self {
            parent,
            name: name.into(),
            identity,
            class,
            keeps: false,
            names: Vec::new(),
            leaves: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        name: &[u8],
        identity: Identity,
        bytes: u64,
        class: Class,
        is_linked: bool,
    ) {
        // A directory of names beyond 4 GiB is on no disk.
        let start = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        self.names.extend_from_slice(name);
        self.leaves.push(Leaf {
            start,
            length,
            is_linked,
            class,
            identity,
            bytes,
        });
    }

    /// The name of one of its leaves.
    pub(crate) fn name_of(&self, leaf: &Leaf) -> &[u8] {
        &self.names[leaf.start as usize..][..usize::from(leaf.length)]
    }
}

impl Leaf {
    /// Whether it counts: pipes, sockets and devices hold nothing.
    pub(super) fn is_at_risk(&self) -> bool {
        self.class == Class::AtRisk
    }

    pub(crate) fn is_link(&self) -> bool {
        self.identity.kind == FileType::Symlink
    }
}

impl Survey {
    /// The path of directory `number`; `None` is the home.
    pub(crate) fn path_of(&self, number: usize) -> Option<HomePath> {
        let mut names = Vec::new();
        let mut at = number;
        while at != 0 {
            names.push(&self.directories[at].name);
            at = self.directories[at].parent;
        }
        names.reverse();
        HomePath::new(
            names
                .into_iter()
                .map(|name| &name[..])
                .collect::<Vec<_>>()
                .join(&b'/'),
        )
        .ok()
    }

    /// The path of `name` in the directory at `dir`.
    pub(crate) fn path_in(dir: Option<&HomePath>, name: &[u8]) -> HomePath {
        let path = match dir {
            Some(dir) => dir.join(name),
            None => HomePath::new(name),
        };
        path.expect("a name that a directory has is one")
    }

    /// Marks the directories above those that hold something that stays, and
    /// counts each file once, at the first of its names.
    pub(super) fn settle(&mut self) {
        for number in (1..self.directories.len()).rev() {
            if self.directories[number].keeps {
                let parent = self.directories[number].parent;
                self.directories[parent].keeps = true;
            }
        }
        self.count_once();
        self.ignored.sort_unstable();
        self.mounts.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }

    fn count_once(&mut self) {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for (number, directory) in self.directories.iter().enumerate() {
            let linked = directory.leaves.iter().enumerate();
            for (at, leaf) in linked.filter(|(_, leaf)| leaf.is_linked) {
                let path = self.path_of(number);
                let path = Self::path_in(path.as_ref(), directory.name_of(leaf));
                let file = (leaf.identity.device, leaf.identity.inode);
                let names = names.entry(file).or_default();
                names.push((!leaf.is_at_risk(), path, number, at));
            }
        }
        for mut names in names.into_values().filter(|names| names.len() > 1) {
            names.sort_unstable();
            for (_, _, number, at) in names.into_iter().skip(1) {
                self.directories[number].leaves[at].bytes = 0;
            }
        }
    }

    /// Each leaf with its directory's number.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = (usize, &Leaf)> {
        let all = self.directories.iter().enumerate();
        all.flat_map(|(number, directory)| directory.leaves.iter().map(move |leaf| (number, leaf)))
    }

    /// The paths of all that is listed, without directories.
    pub fn paths(&self) -> impl Iterator<Item = HomePath> {
        let all = self.directories.iter().enumerate();
        all.filter(|(_, directory)| !directory.leaves.is_empty())
            .flat_map(|(number, directory)| {
                let here = self.path_of(number);
                let names = directory.leaves.iter();
                names.map(move |leaf| Self::path_in(here.as_ref(), directory.name_of(leaf)))
            })
    }

    /// How many directories nothing stays in.
    #[must_use]
    pub fn empty_after(&self) -> usize {
        let all = self.directories.iter().skip(1);
        all.filter(|directory| !directory.keeps).count()
    }

    /// How many files and links are at risk.
    #[must_use]
    pub fn at_risk(&self) -> usize {
        self.leaves().filter(|(_, leaf)| leaf.is_at_risk()).count()
    }

    /// How many managed and persisted paths are as they should be.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// What a pattern of the configuration excludes.
    #[must_use]
    pub fn ignored(&self) -> &[HomePath] {
        &self.ignored
    }

    /// What is mounted in the home.
    #[must_use]
    pub fn mounts(&self) -> &[Mounted] {
        &self.mounts
    }

    /// What could not be looked at.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }
}
