//! The other program.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act {
    /// The program writes a file and renames it over the path, as most save.
    Save,
    /// It deletes the file or link at the path.
    Remove,
    /// It makes a directory at the path, with a file in it.
    MakeDirectory,
    /// It writes to the file at the path, or makes one in the directory there.
    Write,
    /// The run is killed.
    Kill,
}

/// What a run ends with that is killed.
pub(super) struct Killed;

/// The program with its file.
pub(super) struct Program {
    pub(super) home: PathBuf,
    /// Where what it saves can be found, beside the home.
    root: PathBuf,
    pub(super) at: PathBuf,
    beside: PathBuf,
    number: u32,
    /// What it wrote and has not replaced or removed itself since.
    saved: BTreeSet<String>,
}

impl Program {
    pub(super) fn new(home: PathBuf, root: PathBuf, path: &str) -> Self {
        Self {
            at: home.join(path),
            beside: home.parent().unwrap().join("saving"),
            home,
            root,
            number: 0,
            saved: BTreeSet::new(),
        }
    }

    pub(super) fn act(&mut self, act: Act) {
        // Never by way of a link, into a tree.
        let parent = self.at.parent().unwrap();
        let Ok(real) = fs::canonicalize(parent) else {
            return;
        };
        if real != parent && !real.starts_with(&self.root) {
            return;
        }
        let there = fs::symlink_metadata(&self.at);
        let is_directory = there.as_ref().is_ok_and(fs::Metadata::is_dir);
        match act {
            Act::Save if !is_directory => {
                let text = self.next();
                fs::write(&self.beside, text).unwrap();
                self.lets_go();
                // It saves beside the file, wherever that is.
                let beside = real.join(".saving");
                fs::copy(&self.beside, &beside).unwrap();
                fs::rename(beside, &self.at).unwrap();
            }
            Act::Remove if there.is_ok() && !is_directory => {
                self.lets_go();
                fs::remove_file(&self.at).unwrap();
            }
            Act::MakeDirectory if there.is_err() => {
                fs::create_dir(&self.at).unwrap();
                let text = self.next();
                fs::write(self.at.join("inside"), text).unwrap();
            }
            Act::Write if is_directory => {
                let text = self.next();
                fs::write(self.at.join(format!("made-{}", self.number)), text).unwrap();
            }
            Act::Write if there.is_ok_and(|there| there.is_file()) => {
                let text = self.next();
                let file = fs::OpenOptions::new().append(true).open(&self.at);
                file.unwrap().write_all(text.as_bytes()).unwrap();
            }
            Act::Kill => std::panic::resume_unwind(Box::new(Killed)),
            _ => {}
        }
    }

    /// Its next settings.
    fn next(&mut self) -> String {
        self.number += 1;
        let name = format!("save-{}", self.number);
        let text = format!("{{\"{name}\": 1}}\n");
        self.saved.insert(name);
        text
    }

    /// What is at the path now is replaced by the program itself, which has
    /// seen it.
    fn lets_go(&mut self) {
        if fs::symlink_metadata(&self.at).is_ok_and(|at| at.is_file()) {
            for name in saves(&self.at) {
                self.saved.remove(&name);
            }
        }
    }

    /// What it finds at the path.
    pub(super) fn reads(&self) -> Result<Vec<String>, String> {
        let text = fs::read_to_string(&self.at).map_err(|error| error.to_string())?;
        Ok(saves_in(&text))
    }

    /// How often it saved.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// What it saved last.
    pub(super) fn last(&self) -> String {
        format!("save-{}", self.number)
    }

    /// What is nowhere in the home any more.
    pub(super) fn lost(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        let walks = [&self.home, &self.root].map(walkdir::WalkDir::new);
        for entry in walks.into_iter().flatten().flatten() {
            if entry.file_type().is_file() {
                found.extend(saves(entry.path()));
            }
        }
        self.saved.difference(&found).cloned().collect()
    }
}

/// The saves that a file holds.
fn saves(file: &Path) -> Vec<String> {
    saves_in(&fs::read_to_string(file).unwrap())
}

fn saves_in(text: &str) -> Vec<String> {
    let words = text.split('"').filter(|word| word.starts_with("save-"));
    words.map(ToOwned::to_owned).collect()
}
