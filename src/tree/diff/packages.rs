//! Which packages come, go, or change their version.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

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
                    from: from.iter().cloned().collect(),
                    to: to.iter().cloned().collect(),
                }),
                _ => {}
            }
        }
        let same_names = diff == Self::default();
        diff.rebuilt = same_names && old.map(|p| &p.path) != new.map(|p| &p.path);
        diff
    }
}

fn versions(packages: Option<&PackagesSpec>) -> BTreeMap<String, BTreeSet<String>> {
    let mut map: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in packages.into_iter().flat_map(|packages| &packages.names) {
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
