//! Which packages come, go, or change their version.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::version::compare_versions;
use super::{DiffError, read_manifest};

use crate::manifest::PackagesSpec;

/// Packages that come, go, or change.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageDiff {
    /// In the new tree only.
    pub added: Vec<PackageName>,
    /// In the old tree only.
    pub removed: Vec<PackageName>,
    /// In both, with another set of versions.
    pub changed: Vec<PackageChange>,
    /// The environment differs although no name or version does (another
    /// build of the same version, an option of a package).
    pub rebuilt: bool,
    /// The packages in both trees with the same versions and other store
    /// paths, as far as the manifests name these.
    pub built_anew: Vec<String>,
}

/// A package as its derivation is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PackageName {
    /// `hello`
    pub name: String,
    /// `2.12`; empty when the name has none.
    pub version: String,
}

/// One package in other versions.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PackageChange {
    /// The name.
    pub name: String,
    /// The versions before.
    pub from: Vec<String>,
    /// The versions after.
    pub to: Vec<String>,
    /// Where the versions went.
    pub direction: Direction,
}

/// Where the versions of a package went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Each new version is later than each that went.
    Up,
    /// Each new version is earlier than each that went.
    Down,
    /// Several versions, of which some came or went, or versions that are
    /// equal but for their spelling.
    Mixed,
}

impl Direction {
    fn between(from: &BTreeSet<String>, to: &BTreeSet<String>) -> Self {
        let pairs = || {
            let gone = from.difference(to);
            gone.flat_map(|old| to.difference(from).map(move |new| (old, new)))
        };
        let all = |order| pairs().all(|(old, new)| compare_versions(old, new) == order);
        if pairs().next().is_none() {
            Self::Mixed
        } else if all(Ordering::Less) {
            Self::Up
        } else if all(Ordering::Greater) {
            Self::Down
        } else {
            Self::Mixed
        }
    }
}

impl PackageName {
    /// Splits a derivation's name as `builtins.parseDrvName` does: the version
    /// starts behind the first dash that no letter follows (Nix manual,
    /// section "Built-ins").
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let bytes = name.as_bytes();
        let dash = (0..bytes.len()).find(|&at| {
            bytes[at] == b'-' && bytes.get(at + 1).is_some_and(|b| !b.is_ascii_alphabetic())
        });
        let (name, version) = dash.map_or((name, ""), |at| (&name[..at], &name[at + 1..]));
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }
}

impl PackageDiff {
    /// Compares two package environments by the names in them.
    #[must_use]
    pub fn between(old: Option<&PackagesSpec>, new: Option<&PackagesSpec>) -> Self {
        let names = |of: Option<&PackagesSpec>| of.map_or_else(Vec::new, |of| of.names.clone());
        let mut diff = Self::of_names(&names(old), &names(new));
        let same_names = diff == Self::default();
        if let (Some(old), Some(new)) = (old, new) {
            diff.built_anew = built_anew(old, new, &diff);
        }
        diff.rebuilt = same_names && old.map(|p| &p.path) != new.map(|p| &p.path);
        diff
    }

    /// Compares the packages of two home trees (`old` `None`: an empty one).
    ///
    /// # Errors
    /// When one of them has no readable manifest.
    pub fn of_trees(old: Option<&Path>, new: &Path) -> Result<Self, DiffError> {
        let packages = |tree: &Path| Ok::<_, DiffError>(read_manifest(tree)?.packages);
        let old = old.map(packages).transpose()?.flatten();
        Ok(Self::between(old.as_ref(), packages(new)?.as_ref()))
    }

    /// Compares two lists of names of derivations.
    #[must_use]
    pub fn of_names(old: &[String], new: &[String]) -> Self {
        let (before, after) = (versions(old), versions(new));
        let mut diff = Self::default();
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let each = |name: &String, versions: &BTreeSet<String>| -> Vec<PackageName> {
            let package = |version: &String| PackageName {
                name: name.clone(),
                version: version.clone(),
            };
            versions.iter().map(package).collect()
        };
        for name in names {
            match (before.get(name), after.get(name)) {
                (Some(from), None) => diff.removed.extend(each(name, from)),
                (None, Some(to)) => diff.added.extend(each(name, to)),
                (Some(from), Some(to)) if from != to => diff.changed.push(PackageChange {
                    name: name.clone(),
                    from: sorted(from),
                    to: sorted(to),
                    direction: Direction::between(from, to),
                }),
                _ => {}
            }
        }
        diff
    }
}

/// Which packages have other store paths, of those that `diff` does not name.
fn built_anew(old: &PackagesSpec, new: &PackagesSpec, diff: &PackageDiff) -> Vec<String> {
    let paths = |of: &PackagesSpec| {
        let mut map: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
        for (name, paths) in of.names.iter().zip(&of.paths) {
            let entry = map.entry(PackageName::parse(name).name).or_default();
            entry.extend(paths.iter().cloned());
        }
        map
    };
    let (before, after) = (paths(old), paths(new));
    let same_versions = |name: &&String| diff.changed.iter().all(|one| one.name != **name);
    let other_paths = |name: &&String| before.get(*name).is_some_and(|b| *b != after[*name]);
    after
        .keys()
        .filter(same_versions)
        .filter(other_paths)
        .cloned()
        .collect()
}

/// The earliest version first.
fn sorted(versions: &BTreeSet<String>) -> Vec<String> {
    let mut list: Vec<String> = versions.iter().cloned().collect();
    list.sort_by(|a, b| compare_versions(a, b));
    list
}

fn versions(names: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut map: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        let package = PackageName::parse(name);
        map.entry(package.name).or_default().insert(package.version);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(path: &str, names: &[&str]) -> PackagesSpec {
        PackagesSpec {
            path: path.into(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            paths: Vec::new(),
        }
    }

    #[test]
    fn names_split_as_nix_splits_them() {
        let split = |name| {
            let package = PackageName::parse(name);
            (package.name, package.version)
        };
        assert_eq!(split("hello-2.12"), ("hello".into(), "2.12".into()));
        assert_eq!(split("gtk+3-3.24"), ("gtk+3".into(), "3.24".into()));
        assert_eq!(split("nix-bin"), ("nix-bin".into(), String::new()));
        assert_eq!(split("a-b-1.0-rc2"), ("a-b".into(), "1.0-rc2".into()));
        assert_eq!(split("ends-"), ("ends-".into(), String::new()));
    }

    #[test]
    fn versions_go_up_down_or_both_ways() {
        let direction = |from: &[&str], to: &[&str]| {
            let names = |versions: &[&str]| -> Vec<String> {
                versions
                    .iter()
                    .map(|version| format!("a-{version}"))
                    .collect()
            };
            let diff = PackageDiff::of_names(&names(from), &names(to));
            diff.changed[0].direction
        };
        assert_eq!(direction(&["1.9"], &["1.10"]), Direction::Up);
        assert_eq!(direction(&["2"], &["2pre1"]), Direction::Down);
        assert_eq!(direction(&["1", "3"], &["2", "3"]), Direction::Up);
        assert_eq!(direction(&["1", "3"], &["2"]), Direction::Mixed);
        assert_eq!(direction(&["1"], &["1", "2"]), Direction::Mixed);
        assert_eq!(direction(&["1.0"], &["1-0"]), Direction::Mixed);
        let sorted = PackageDiff::of_names(&["a-1.10".into(), "a-1.9".into()], &["a-2".into()]);
        assert_eq!(sorted.changed[0].from, ["1.9", "1.10"]);
    }

    #[test]
    fn versions_up_and_rebuilds_are_told_apart() {
        let old = packages("/1", &["a-1", "b-1", "c-1"]);
        let new = packages("/2", &["a-2", "b-1", "d-1"]);
        let diff = PackageDiff::between(Some(&old), Some(&new));
        assert_eq!(diff.added, [PackageName::parse("d-1")]);
        assert_eq!(diff.removed, [PackageName::parse("c-1")]);
        assert_eq!(diff.changed[0].to, ["2"]);
        let same = packages("/3", &["a-1", "b-1", "c-1"]);
        assert!(PackageDiff::between(Some(&old), Some(&same)).rebuilt);
        assert_eq!(
            PackageDiff::between(Some(&old), Some(&old)),
            PackageDiff::default()
        );
        assert_eq!(PackageDiff::between(None, Some(&old)).added.len(), 3);
    }
}
