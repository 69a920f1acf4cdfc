//! What lookups in a home must yield, and what they did.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::Home;
use crate::trees;

/// What one lookup yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A file with this text.
    Text(String),
    /// `EISDIR`.
    Directory,
    /// `ENOTDIR`: a directory of the path is a file.
    NotDirectory,
    /// `ENOENT`.
    Absent,
    /// Anything else is wrong.
    Other(String),
}

/// Reads a file as a program does, through all links.
pub fn look(path: &Path) -> Seen {
    match fs::read_to_string(path) {
        Ok(text) => Seen::Text(text),
        Err(error) => match error.kind() {
            ErrorKind::IsADirectory => Seen::Directory,
            ErrorKind::NotADirectory => Seen::NotDirectory,
            ErrorKind::NotFound => Seen::Absent,
            _ => Seen::Other(error.to_string()),
        },
    }
}

/// What every lookup yields between two runs.
#[derive(Debug, Clone)]
pub struct View {
    /// The home tree in force.
    pub tree: PathBuf,
    files: BTreeMap<String, String>,
}

impl View {
    /// Of this tree, in which nothing is.
    pub fn of(tree: &Path) -> Self {
        Self {
            tree: tree.to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// A file of the person's own comes to lie at `path`.
    pub fn put(&mut self, path: &str, text: &str) {
        let below = format!("{path}/");
        self.files.retain(|other, _| !other.starts_with(&below));
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// What the lookup of `path` yields.
    pub fn at(&self, path: &str) -> Seen {
        if let Some(text) = self.files.get(path) {
            return Seen::Text(text.clone());
        }
        let mut above = path;
        while let Some((parent, _)) = above.rsplit_once('/') {
            if self.files.contains_key(parent) {
                return Seen::NotDirectory;
            }
            above = parent;
        }
        let below = format!("{path}/");
        if self.files.keys().any(|file| file.starts_with(&below)) {
            Seen::Directory
        } else {
            Seen::Absent
        }
    }

    /// Whether `seen` is what the lookup of `path` yields. Empty directories
    /// come before the pivot and go after it, which is no part of the promise.
    pub fn allows(&self, path: &str, seen: &Seen) -> bool {
        let expected = self.at(path);
        expected == *seen || (expected == Seen::Absent && *seen == Seen::Directory)
    }
}

/// How a path is managed.
pub enum How {
    /// A file.
    Text,
    /// A directory that is linked as one, with these files.
    Leaf(&'static [&'static str]),
    /// A directory with a link for each of these files.
    Expanded(&'static [&'static str]),
}

/// Builds a tree; every text in it names `label`, so that no two trees have
/// one in common. Gives what lookups yield when it is in force.
pub fn tree(home: &Home, label: usize, paths: &[(&str, How)], programs: &[&str]) -> View {
    let mut files = BTreeMap::new();
    let mut entries = serde_json::Map::new();
    for (path, how) in paths {
        let (inside, recursive) = match how {
            How::Text => {
                let text = format!("{label} {path}");
                entries.insert((*path).to_owned(), json!({ "text": text }));
                files.insert((*path).to_owned(), text);
                continue;
            }
            How::Leaf(inside) => (inside, false),
            How::Expanded(inside) => (inside, true),
        };
        let source = home.outside("sources").join(label.to_string()).join(path);
        for name in *inside {
            let text = format!("{label} {path}/{name}");
            write(&source.join(name), &text);
            files.insert(format!("{path}/{name}"), text);
        }
        let entry = json!({ "source": source, "recursive": recursive });
        entries.insert((*path).to_owned(), entry);
    }
    let packages = home.outside("packages").join(label.to_string());
    for name in programs {
        let text = format!("{label} {name}");
        write(&packages.join("bin").join(name), &text);
        let path = format!(".local/state/nhmt/current/packages/bin/{name}");
        files.insert(path, text);
    }
    let packages = (!programs.is_empty()).then_some(&*packages);
    let tree = trees::tree(home, &label.to_string(), &Value::Object(entries), packages);
    View { tree, files }
}

/// As [`tree`], of files that name `label`, with these persisted paths; what
/// they yield is for the caller to put into the view.
pub fn persisting(home: &Home, label: usize, files: &[&str], state: &Value) -> View {
    let texts = files
        .iter()
        .map(|path| ((*path).to_owned(), format!("{label} {path}")));
    let files: BTreeMap<String, String> = texts.collect();
    let entries = files
        .iter()
        .map(|(path, text)| (path.clone(), json!({ "text": text })));
    let entries = Value::Object(entries.collect());
    let tree = trees::persisting(home, &label.to_string(), &entries, None, state);
    View { tree, files }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_view_tells_what_is_wrong() {
    let files = [("a", "1"), ("d/x", "2")].map(|(p, t)| (p.to_owned(), t.to_owned()));
    let mut view = View {
        tree: PathBuf::new(),
        files: files.into(),
    };
    assert!(view.allows("a", &Seen::Text("1".to_owned())));
    assert!(!view.allows("a", &Seen::Text("2".to_owned())));
    assert!(!view.allows("a", &Seen::Absent));
    assert!(!view.allows("d", &Seen::Absent));
    assert!(view.allows("d", &Seen::Directory) && view.allows("a/x", &Seen::NotDirectory));
    assert!(view.allows("no", &Seen::Absent) && !view.allows("no", &Seen::Text(String::new())));
    view.put("d", "3");
    assert!(view.allows("d/x", &Seen::NotDirectory));
}
