//! A directory with everything in it, held in memory: to start from the same
//! home again and again, and to compare.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, mknodat, utimensat};

/// What something is, with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A directory; what is in it has entries of its own.
    Directory,
    /// A regular file with its bytes.
    File(Arc<[u8]>),
    /// A symbolic link with its target.
    Link(PathBuf),
    /// A pipe or a socket.
    Special,
}

/// One thing in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub node: Node,
    /// Permission bits.
    pub mode: u32,
    /// When it was modified: seconds and nanoseconds.
    pub modified: (i64, i64),
    pub inode: u64,
}

/// Everything below a directory, by relative path.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub entries: BTreeMap<PathBuf, Entry>,
}

impl Snapshot {
    /// What is below `root` now.
    pub fn of(root: &Path) -> Self {
        let mut snapshot = Self::default();
        snapshot.add(root, Path::new(""));
        snapshot
    }

    fn add(&mut self, root: &Path, dir: &Path) {
        for entry in fs::read_dir(root.join(dir)).unwrap() {
            let entry = entry.unwrap();
            let path = dir.join(entry.file_name());
            let metadata = entry.metadata().unwrap();
            let kind = metadata.file_type();
            let node = if kind.is_dir() {
                Node::Directory
            } else if kind.is_symlink() {
                Node::Link(fs::read_link(entry.path()).unwrap())
            } else if kind.is_file() {
                Node::File(fs::read(entry.path()).unwrap().into())
            } else {
                Node::Special
            };
            let entry = Entry {
                node,
                mode: metadata.mode() & 0o7777,
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                inode: metadata.ino(),
            };
            self.entries.insert(path.clone(), entry);
            if kind.is_dir() {
                self.add(root, &path);
            }
        }
    }

    /// Makes `root`, whatever is there, what it was when this was taken:
    /// contents, modes, times, and names that were one file.
    pub fn restore(&self, root: &Path) {
        remove(root);
        fs::create_dir(root).unwrap();
        let mut inodes: HashMap<u64, PathBuf> = HashMap::new();
        for (path, entry) in &self.entries {
            let at = root.join(path);
            match &entry.node {
                Node::Directory => fs::create_dir(&at).unwrap(),
                Node::Link(target) => symlink(target, &at).unwrap(),
                Node::Special => {
                    let mode = Mode::from_raw_mode(entry.mode);
                    mknodat(CWD, &at, FileType::Fifo, mode, 0).unwrap();
                }
                Node::File(bytes) => {
                    if let Some(first) = inodes.get(&entry.inode) {
                        fs::hard_link(first, &at).unwrap();
                    } else {
                        fs::write(&at, bytes).unwrap();
                        inodes.insert(entry.inode, at);
                    }
                }
            }
        }
        // Inside out: a directory that may not be written to is filled first.
        for (path, entry) in self.entries.iter().rev() {
            let at = root.join(path);
            if !matches!(entry.node, Node::Link(_)) {
                fs::set_permissions(&at, fs::Permissions::from_mode(entry.mode)).unwrap();
            }
            let time = Timespec {
                tv_sec: entry.modified.0,
                tv_nsec: entry.modified.1,
            };
            let times = Timestamps {
                last_access: time,
                last_modification: time,
            };
            utimensat(CWD, &at, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
        }
    }

    /// The entries that `keep` takes.
    pub fn filter(&self, keep: impl Fn(&Path) -> bool) -> Self {
        let entries = self.entries.iter().filter(|(path, _)| keep(path));
        Self {
            entries: entries.map(|(p, e)| (p.clone(), e.clone())).collect(),
        }
    }

    /// How `other` differs, a line for each path; empty when it does not.
    /// Inodes and times of leaves count when `exactly`; those of directories
    /// never do.
    pub fn differences(&self, other: &Self, exactly: bool) -> Vec<String> {
        let differ = |a: &Entry, b: &Entry| {
            let link = matches!(a.node, Node::Link(_));
            a.node != b.node
                || (!link && a.mode != b.mode)
                || (exactly
                    && a.node != Node::Directory
                    && (a.inode != b.inode || a.modified != b.modified))
        };
        let mut lines = Vec::new();
        for (path, a) in &self.entries {
            match other.entries.get(path) {
                None => lines.push(format!("- {} {}", path.display(), a.describe())),
                Some(b) if differ(a, b) => lines.push(format!(
                    "! {} {} became {}",
                    path.display(),
                    a.describe(),
                    b.describe()
                )),
                Some(_) => {}
            }
        }
        for (path, b) in &other.entries {
            if !self.entries.contains_key(path) {
                lines.push(format!("+ {} {}", path.display(), b.describe()));
            }
        }
        lines
    }
}

impl Entry {
    fn describe(&self) -> String {
        match &self.node {
            Node::Directory => format!("[directory {:o}]", self.mode),
            Node::Link(target) => format!("[-> {} i{}]", target.display(), self.inode),
            Node::Special => "[special]".to_owned(),
            Node::File(bytes) => format!(
                "[{:?} {:o} i{}]",
                String::from_utf8_lossy(&bytes[..bytes.len().min(60)]),
                self.mode,
                self.inode
            ),
        }
    }
}

/// Removes a directory with everything in it, if it is there, also where it
/// may not be written to.
pub fn remove(root: &Path) {
    if !root.exists() {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        for entry in walkdir::WalkDir::new(root) {
            let entry = entry.unwrap();
            if entry.file_type().is_dir() {
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o700)).unwrap();
            }
        }
    }
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_home_comes_back_as_it_was() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("r");
    fs::create_dir_all(root.join("d/e")).unwrap();
    fs::write(root.join("d/f"), "f").unwrap();
    fs::hard_link(root.join("d/f"), root.join("g")).unwrap();
    symlink("nowhere", root.join("l")).unwrap();
    mknodat(CWD, root.join("p"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    fs::set_permissions(root.join("d"), fs::Permissions::from_mode(0o500)).unwrap();
    let before = Snapshot::of(&root);
    before.restore(&root);
    let after = Snapshot::of(&root);
    assert_eq!(before.differences(&after, false), [""; 0]);
    assert_eq!(after.entries.len(), 6);
    let inode = |path: &str| after.entries[Path::new(path)].inode;
    assert_eq!(inode("d/f"), inode("g"));
    fs::write(root.join("g"), "h").unwrap();
    let changed = after.differences(&Snapshot::of(&root), false);
    assert_eq!(changed.len(), 2, "{changed:?}");
    remove(&root);
}
