//! The units of one home tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::unit::{Difference, Unit};

/// The kinds of units that have files: systemd.unit(5).
const KINDS: [&str; 9] = [
    "service",
    "socket",
    "target",
    "timer",
    "path",
    "mount",
    "automount",
    "slice",
    "swap",
];

/// The names of units that are in one of two trees, or differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// In the later one only.
    pub added: Vec<String>,
    /// In the earlier one only.
    pub removed: Vec<String>,
    /// In both.
    pub changed: Vec<String>,
}

/// Units by name, and which targets want them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    files: BTreeMap<String, Unit>,
    /// By the name of the unit that is wanted.
    wanted: BTreeMap<String, BTreeSet<String>>,
    /// Units of others that only something is dropped in for.
    others: BTreeSet<String>,
}

impl Units {
    /// Reads the units in `directories`, of which the first that has one
    /// counts, as systemd has it; one that is missing has none. A link to
    /// `/dev/null` masks a unit, which is none then. Units of nhmt itself are
    /// left out: it sees to them, and starting them would wait for it.
    ///
    /// # Errors
    ///
    /// When a file there cannot be read.
    pub fn read(directories: &[impl AsRef<Path>]) -> io::Result<Self> {
        let mut units = Self::default();
        let mut drop_ins = Vec::new();
        let mut masked = BTreeSet::new();
        for directory in directories {
            for entry in entries(directory.as_ref())? {
                let Some(name) = entry.file_name().and_then(|n| n.to_str()) else {
                    continue;
                };
                let (base, suffix) = name.rsplit_once('.').unwrap_or((name, ""));
                if is_own(name) {
                } else if KINDS.contains(&suffix) {
                    if fs::read_link(&entry).is_ok_and(|to| to == Path::new("/dev/null")) {
                        masked.insert(name.to_owned());
                    } else if !masked.contains(name) && !units.files.contains_key(name) {
                        units.add(name, &fs::read(&entry)?);
                    }
                } else if suffix == "d" && is_unit(base) {
                    drop_ins.push((base.to_owned(), entry));
                } else if (suffix == "wants" || suffix == "requires") && is_unit(base) {
                    for link in entries(&entry)? {
                        let unit = link.file_name().and_then(|n| n.to_str());
                        if let Some(unit) = unit.filter(|unit| is_unit(unit) && !is_own(unit)) {
                            let wanted = units.wanted.entry(unit.to_owned()).or_default();
                            wanted.insert(base.to_owned());
                        }
                    }
                }
            }
        }
        for (name, directory) in drop_ins {
            for file in entries(&directory)? {
                if file.extension().is_some_and(|e| e == "conf") {
                    if !units.files.contains_key(&name) {
                        units.others.insert(name.clone());
                    }
                    units.add(&name, &fs::read(&file)?);
                }
            }
        }
        Ok(units)
    }

    fn add(&mut self, name: &str, text: &[u8]) {
        let unit = self.files.entry(name.to_owned()).or_default();
        unit.read(&String::from_utf8_lossy(text));
    }

    /// The names of the units that have files; a template's ends in `@`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The names of the templates, as patterns for their instances.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        let names = self.names().filter(|name| is_template(name));
        names.map(|name| name.replacen("@.", "@*.", 1))
    }

    /// Those that targets want, and the targets.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.wanted.iter().map(|(unit, by)| (unit.as_str(), by))
    }

    /// The targets that want `name`.
    #[must_use]
    pub fn wanted_by(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.wanted.get(name)
    }

    /// The unit of this name, or the template of which it is an instance.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Unit> {
        self.files.get(name).or_else(|| {
            let (prefix, rest) = name.split_once('@')?;
            let kind = rest.rsplit_once('.')?.1;
            self.files.get(&format!("{prefix}@.{kind}"))
        })
    }

    /// By what the files of `later` differ, as far as running units would
    /// notice.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Changes {
        let (old, new) = (&self.files, &later.files);
        let names = |files: &BTreeMap<String, Unit>, keep: &dyn Fn(&str, &Unit) -> bool| {
            let kept = files.iter().filter(|(name, unit)| keep(name, unit));
            kept.map(|(name, _)| name.clone()).collect()
        };
        Changes {
            added: names(new, &|name, _| !old.contains_key(name)),
            removed: names(old, &|name, _| !new.contains_key(name)),
            changed: names(old, &|name, unit| {
                let later = new.get(name);
                later.is_some_and(|later| unit.difference(later) != Difference::None)
            }),
        }
    }

    /// Whether the unit is another's, for which there is only a drop-in.
    #[must_use]
    pub fn is_others(&self, name: &str) -> bool {
        self.others.contains(name)
    }
}

/// The entries of a directory, sorted; none when it is missing.
fn entries(directory: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        // A link that masks all that would be there.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}

fn is_unit(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, kind)| KINDS.contains(&kind))
}

/// Whether it stands for units with something between `@` and the kind.
pub(super) fn is_template(name: &str) -> bool {
    name.contains("@.")
}

fn is_own(name: &str) -> bool {
    ["nhmt-persist.service", "nhmt-secrets.service"].contains(&name)
}

/// The part after the last dot.
pub(super) fn kind(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, kind)| kind)
}
