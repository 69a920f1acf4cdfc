//! The store paths that an environment is merged from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Package;
use super::error::PackagesError;

/// Where a package names others that a user of it wants too.
const PROPAGATED: &str = "nix-support/propagated-user-env-packages";

/// One store path in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The package's name, and for a propagated one whose.
    pub name: String,
    /// The store path.
    pub path: PathBuf,
    /// Its place in the order of who wins.
    pub(super) rank: Rank,
}

/// The order of who wins: the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// By the package's priority.
    Declared(i64),
    /// By the order of discovery, so that no two are equal.
    Propagated(usize),
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.path.display())
    }
}

/// The paths of `packages` and, after them, of what they propagate. Each path
/// is there once, with its best rank.
pub(super) fn all(packages: &[Package]) -> Result<Vec<Provider>, PackagesError> {
    let mut providers: Vec<Provider> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for package in packages {
        let rank = Rank::Declared(package.priority);
        for path in &package.paths {
            if let Some(&at) = known.get(path) {
                providers[at].rank = providers[at].rank.min(rank);
                continue;
            }
            known.insert(path.clone(), providers.len());
            providers.push(checked(package.name.clone(), path.clone(), rank)?);
        }
    }
    let mut round = 0..providers.len();
    while !round.is_empty() {
        let mut found: BTreeMap<PathBuf, String> = BTreeMap::new();
        for provider in &providers[round.clone()] {
            for path in propagated(&provider.path)? {
                if !known.contains_key(&path) {
                    let name = name_of(&path);
                    let by = &provider.name;
                    found
                        .entry(path)
                        .or_insert_with(|| format!("{name}, propagated by {by}"));
                }
            }
        }
        round = providers.len()..providers.len() + found.len();
        for (path, name) in found {
            let at = providers.len();
            known.insert(path.clone(), at);
            providers.push(checked(name, path, Rank::Propagated(at))?);
        }
    }
    Ok(providers)
}

fn checked(name: String, path: PathBuf, rank: Rank) -> Result<Provider, PackagesError> {
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Ok(Provider { name, path, rank }),
        Ok(_) => Err(PackagesError::NotADirectory { name, path }),
        Err(source) => Err(PackagesError::Missing { name, path, source }),
    }
}

fn propagated(package: &Path) -> Result<BTreeSet<PathBuf>, PackagesError> {
    let path = package.join(PROPAGATED);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.split_whitespace().map(PathBuf::from).collect()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(BTreeSet::new())
        }
        Err(source) => Err(PackagesError::Read { path, source }),
    }
}

/// The name in a store path: what follows the hash and a dash.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match name.split_once('-') {
        Some((hash, name)) if hash.len() == 32 => name.to_owned(),
        _ => name.into_owned(),
    }
}
