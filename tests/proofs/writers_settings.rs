//! A program with settings of its own in a file of some format: it reads them,
//! changes them, and saves all of them, in one way or another. It knows of each
//! save whether it has replaced it since.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde_json::{Value, json};

use crate::support::Home;
use crate::writers_files::backups_of;

/// The syntax of the settings.
#[derive(Debug, Clone, Copy)]
pub enum Format {
    Json,
    Toml,
    Ini,
}

/// How a program saves.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// A new file, which takes the name.
    Rename,
    /// Into the file that is there, emptied first.
    Truncate,
}

/// The saves that a program keeps in its settings.
const KEPT: usize = 10;

/// The section that is the program's.
const MINE: &str = "mine";

impl Format {
    /// As a manifest names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Toml => "toml",
            Self::Ini => "ini",
        }
    }

    /// Settings before the first save.
    pub fn empty(self) -> &'static str {
        match self {
            Self::Json => "{ \"mine\": {} }\n",
            _ => "# settings\n[mine]\n",
        }
    }

    /// A value as text.
    pub fn get(self, text: &str, section: &str, key: &str) -> Option<String> {
        self.section(text, section).remove(key)
    }

    fn section(self, text: &str, section: &str) -> BTreeMap<String, String> {
        let plain = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match self {
            Self::Json => {
                let all: Value = serde_json::from_str(text).expect(text);
                let keys = all[section].as_object().into_iter().flatten();
                keys.map(|(key, value)| (key.clone(), plain(value)))
                    .collect()
            }
            Self::Toml => {
                let all: toml::Table = text.parse().expect(text);
                let keys = all.get(section).and_then(toml::Value::as_table);
                let text = |value: &toml::Value| match value {
                    toml::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let keys = keys.into_iter().flatten();
                keys.map(|(key, value)| (key.clone(), text(value)))
                    .collect()
            }
            Self::Ini => {
                let all = ini::Ini::load_from_str(text).expect(text);
                let keys = all.section(Some(section));
                let keys = keys.into_iter().flat_map(ini::Properties::iter);
                keys.map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect()
            }
        }
    }

    /// The same settings with other saves in the program's section.
    fn with(self, text: &str, saves: &BTreeSet<usize>) -> String {
        let name = |number: &usize| format!("save-{number}");
        match self {
            Self::Json => {
                let mut all: Value = serde_json::from_str(text).expect(text);
                let keys = saves.iter().map(|number| (name(number), json!(1)));
                all[MINE] = Value::Object(keys.collect());
                serde_json::to_string_pretty(&all).unwrap() + "\n"
            }
            Self::Toml => {
                let mut all: toml::Table = text.parse().expect(text);
                let keys = saves
                    .iter()
                    .map(|number| (name(number), toml::Value::Integer(1)));
                all.insert(MINE.into(), toml::Value::Table(keys.collect()));
                all.to_string()
            }
            Self::Ini => {
                let mut all = ini::Ini::load_from_str(text).expect(text);
                all.delete(Some(MINE));
                for number in saves {
                    all.with_section(Some(MINE)).set(name(number), "1");
                }
                let mut out = Vec::new();
                all.write_to(&mut out).unwrap();
                String::from_utf8(out).unwrap()
            }
        }
    }

    fn saves(self, text: &str) -> BTreeSet<usize> {
        let keys = self.section(text, MINE).into_keys();
        let number = |key: String| key.strip_prefix("save-")?.parse().ok();
        keys.filter_map(number).collect()
    }
}

/// One program.
pub struct Program {
    at: PathBuf,
    format: Format,
    way: Way,
    count: usize,
    /// Its saves that it has not replaced.
    expected: BTreeSet<usize>,
    /// Those that it replaced without having read them.
    unread: usize,
}

impl Program {
    /// A program with its settings at `at`.
    pub fn new(at: PathBuf, format: Format, way: Way) -> Self {
        Self {
            at,
            format,
            way,
            count: 0,
            expected: BTreeSet::new(),
            unread: 0,
        }
    }

    /// Reads the settings, and saves them with one more in them.
    pub fn save(&mut self) {
        let text = fs::read_to_string(&self.at).expect("settings are never gone");
        let read = self.format.saves(&text);
        self.count += 1;
        let mut saves = read.clone();
        saves.insert(self.count);
        while saves.len() > KEPT {
            saves.pop_first();
        }
        let new = self.format.with(&text, &saves);
        let replaced = match self.way {
            Way::Rename => self.rename(&new),
            Way::Truncate => self.truncate(&new),
        };
        self.expected.insert(self.count);
        for gone in self.format.saves(&replaced).difference(&saves) {
            self.expected.remove(gone);
            self.unread += usize::from(!read.contains(gone));
        }
    }

    /// An exchange has the same effect on everybody else as a rename, and tells
    /// what that would have replaced.
    fn rename(&self, new: &str) -> String {
        let temporary = self.at.with_extension("temporary");
        fs::write(&temporary, new).unwrap();
        renameat_with(CWD, &temporary, CWD, &self.at, RenameFlags::EXCHANGE).unwrap();
        let replaced = fs::read_to_string(&temporary).unwrap();
        fs::remove_file(temporary).unwrap();
        replaced
    }

    fn truncate(&self, new: &str) -> String {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).open(&self.at).unwrap();
        let mut replaced = String::new();
        file.read_to_string(&mut replaced).unwrap();
        file.set_len(0).unwrap();
        // In halves, so that others see the one without the other.
        let (one, two) = new.split_at(new.len() / 2);
        file.rewind().unwrap();
        file.write_all(one.as_bytes()).unwrap();
        std::thread::yield_now();
        file.write_all(two.as_bytes()).unwrap();
        replaced
    }
}

/// What all programs saved.
#[derive(Default)]
pub struct Ledger {
    programs: Vec<(String, Program)>,
    /// How often they saved.
    pub saves: usize,
    /// Saves that were replaced by programs that had not read them.
    pub unread: usize,
}

impl Ledger {
    /// Adds what the program at `path` did.
    pub fn add(&mut self, path: &str, program: Program) {
        self.saves += program.count;
        self.unread += program.unread;
        self.programs.push((path.to_owned(), program));
    }

    /// How many saves were not replaced by their programs.
    pub fn expected(&self) -> usize {
        self.programs
            .iter()
            .map(|(_, one)| one.expected.len())
            .sum()
    }

    /// The saves that are not in their files.
    fn missing<'a>(&'a self, home: &'a Home) -> impl Iterator<Item = (&'a str, usize, bool)> {
        self.programs.iter().flat_map(move |(path, one)| {
            let there = one.format.saves(&home.read(path));
            let kept = backups_of(home, path);
            one.expected
                .difference(&there)
                .map(move |save| {
                    let word = format!("save-{save}");
                    // A backup may be half a file.
                    let is_word = |text: &String| {
                        let mut words =
                            text.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
                        words.any(|found| found == word)
                    };
                    (path.as_str(), *save, kept.iter().any(is_word))
                })
                .collect::<Vec<_>>()
        })
    }

    /// How many are in backups alone.
    pub fn aside(&self, home: &Home) -> usize {
        self.missing(home).filter(|(_, _, kept)| *kept).count()
    }

    /// What is nowhere.
    pub fn lost(&self, home: &Home) -> Vec<String> {
        let lost = self.missing(home).filter(|(_, _, kept)| !kept);
        lost.map(|(path, save, _)| format!("save {save} of {path} is nowhere"))
            .collect()
    }
}
