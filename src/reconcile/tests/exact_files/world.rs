//! The home of the exact model of files: what is declared, what is there, and
//! what persons and programs do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::super::scratch::{Scratch, Tree, path};
use crate::manifest::{Digest, Entry, Format, Index, LeafKind, Method, Position};

/// The paths in the home; no path is below another.
pub(super) const PATHS: [&str; 5] = ["a", "b", "d/a", "d/e/a", "f/a"];

/// How a leaf arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Link,
    /// A link to a directory.
    Directory,
    Copy(u32),
    Seed,
    Block {
        top: bool,
    },
    /// INI without sections.
    Merge,
}

/// A leaf of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) by: By,
    pub(super) value: u8,
    /// A second line.
    pub(super) more: bool,
}

pub(super) type Files = BTreeMap<&'static str, Leaf>;

impl Leaf {
    /// What is declared: lines that are keys with values.
    pub(super) fn text(&self) -> String {
        let name = match self.by {
            By::Link | By::Directory => "link",
            By::Copy(_) => "copy",
            By::Seed => "seed",
            By::Block { .. } => "block",
            By::Merge => "merge",
        };
        let more = format!("more-{name}=1\n");
        let more = if self.more { &more } else { "" };
        format!("{name}={}\n{more}", self.value)
    }

    pub(super) fn is_link(&self) -> bool {
        matches!(self.by, By::Link | By::Directory)
    }

    fn method(&self) -> Method {
        let mode = 0o644;
        match self.by {
            By::Link | By::Directory => Method::Link,
            By::Copy(mode) => Method::Copy { mode },
            By::Seed => Method::Seed { mode },
            By::Block { top } => Method::Block {
                comment: "#".into(),
                position: if top { Position::Top } else { Position::Bottom },
            },
            By::Merge => Method::Merge {
                format: Format::Ini,
                mode,
            },
        }
    }
}

/// One thing in a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// The link that nhmt makes for this path.
    Own,
    /// A file with its permission bits.
    File(String, u32),
    /// A link of somebody else's.
    Link(String),
    /// A directory, of nhmt's or not.
    Directory,
}

/// By path, directories among them.
pub(super) type State = BTreeMap<String, Node>;

/// The home tree with these leaves.
pub(super) fn tree(home: &Scratch, files: &Files) -> Tree {
    let name = Digest::of(format!("{files:?}").as_bytes()).to_string();
    let at = home.home().with_file_name("store").join(&name[..16]);
    let mut entries = Vec::new();
    for (leaf, what) in files {
        let (text, place) = (what.text(), at.join("home").join(leaf));
        let kind = if what.by == By::Directory {
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join("in"), &text).unwrap();
            LeafKind::Directory
        } else {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, &text).unwrap();
            LeafKind::File
        };
        let entry = Entry::new(path(leaf), kind, Digest::of(text.as_bytes()));
        entries.push(entry.by(what.method()));
    }
    fs::create_dir_all(at.join("home")).unwrap();
    let index = Index::new(entries, b"").unwrap();
    let file = fs::File::create(at.join("index")).unwrap();
    index.write(file).unwrap();
    Tree { index, path: at }
}

/// What is in the home, nhmt's own things left out.
pub(super) fn look(home: &Scratch) -> State {
    let root = home.home();
    let walk = walkdir::WalkDir::new(&root).min_depth(1).into_iter();
    let walk = walk.filter_entry(|entry| entry.path() != root.join(".local"));
    let mut state = State::new();
    for entry in walk {
        let entry = entry.unwrap();
        let at = entry.path().strip_prefix(&root).unwrap();
        let name = at.to_str().unwrap().to_owned();
        let node = if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            if target == home.layout().link_target(&path(&name)) {
                Node::Own
            } else {
                Node::Link(target.to_str().unwrap().to_owned())
            }
        } else if entry.file_type().is_dir() {
            Node::Directory
        } else {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            Node::File(fs::read_to_string(entry.path()).unwrap(), mode)
        };
        state.insert(name, node);
    }
    state
}

/// Every line and every target of a link that nhmt did not write, in the home
/// and in the backups.
pub(super) fn foreign(home: &Scratch) -> BTreeSet<String> {
    let (state, backups) = (home.layout().state(), home.layout().backups());
    let mut all = BTreeSet::new();
    let walk = walkdir::WalkDir::new(home.home()).into_iter();
    let walk = walk.filter_entry(|entry| {
        let of_nhmt = entry.path().parent() == Some(&state) && entry.path() != backups;
        !of_nhmt && entry.path() != backups.join("items")
    });
    for entry in walk {
        let entry = entry.unwrap();
        if entry.path_is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            all.insert(target.to_str().unwrap().to_owned());
        } else if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).unwrap();
            all.extend(text.lines().map(str::to_owned));
        }
    }
    all.retain(|text| text.contains("mine"));
    all
}

/// What a person or a program does at a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Saves a file of its own, by a rename.
    Write,
    /// Saves what is declared next.
    Same,
    /// Appends a line.
    Add,
    /// Changes the value of the first line with one.
    Edit,
    Empty,
    Remove,
    Link,
    Directory,
    Mode,
}

/// Does it, where it can be done; each line is unlike any other.
pub(super) fn disturb(home: &Scratch, acts: &[(usize, Act)], wanted: &Files, step: usize) {
    for (number, (place, act)) in acts.iter().enumerate() {
        let (path, at) = (PATHS[*place], home.at(PATHS[*place]));
        let word = format!("mine{step}x{number}");
        let save = |text: &str| {
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            let new = home.home().with_file_name("new");
            fs::write(&new, text).unwrap();
            set_mode(&new, 0o644);
            fs::rename(new, &at).unwrap();
        };
        let there = fs::symlink_metadata(&at);
        let is_file = there.as_ref().is_ok_and(fs::Metadata::is_file);
        let is_directory = there.as_ref().is_ok_and(fs::Metadata::is_dir);
        match act {
            Act::Write if !is_directory => save(&format!("{word}=1\n")),
            Act::Same if !is_directory => {
                let next = wanted.get(path).map(Leaf::text);
                save(&next.unwrap_or_else(|| format!("{word}=1\n")));
            }
            Act::Add if is_file => {
                let text = fs::read_to_string(&at).unwrap();
                fs::write(&at, format!("{text}{word}=1\n")).unwrap();
            }
            Act::Edit if is_file => {
                let text = fs::read_to_string(&at).unwrap();
                let line = text.lines().find(|line| line.contains('='));
                if let Some(line) = line {
                    let key = line.split('=').next().unwrap();
                    let new = text.replacen(line, &format!("{key}={word}"), 1);
                    fs::write(&at, new).unwrap();
                }
            }
            Act::Empty if is_file => fs::write(&at, "").unwrap(),
            Act::Remove if there.is_ok() && !is_directory => fs::remove_file(&at).unwrap(),
            Act::Link if there.is_err() => {
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                symlink(Path::new(&word), &at).unwrap();
            }
            Act::Directory if there.is_err() => {
                fs::create_dir_all(&at).unwrap();
                fs::write(at.join("in"), format!("{word}=1\n")).unwrap();
                set_mode(&at.join("in"), 0o644);
            }
            Act::Mode if is_file => set_mode(&at, 0o640),
            _ => {}
        }
    }
}

fn set_mode(at: &Path, mode: u32) {
    fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
}
