//! Packages become one environment, a tree of symbolic links.
//!
//! The rules are those of nixpkgs' `buildEnv` (manual, "buildEnv"; behaviour
//! of `pkgs/build-support/buildenv`), made independent of the packages' order:
//!
//! - A directory that one package has is one link, one that several have is
//!   merged. At each path the lowest priority number wins.
//! - What a package propagates (`nix-support/propagated-user-env-packages`)
//!   comes after everything declared, and never collides.
//! - Files with equal content and permissions, or that resolve to one file, do
//!   not collide. Any other two of one priority do.
//! - Some files that every package has are not for an environment, see
//!   [`paths`]; some are made of all packages together, see [`caches`].

mod caches;
mod error;
mod merge;
mod paths;
mod provider;

pub use error::PackagesError;
pub use provider::Provider;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::writer::Writer;
use merge::Merge;

/// nixpkgs' `meta.priority` where a package sets none.
const DEFAULT_PRIORITY: i64 = 5;

/// What an environment is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackagesRequest {
    /// The packages; their order does not matter for what wins.
    pub packages: Vec<Package>,
    /// The parts of the packages to link, absolute as in `buildEnv` (`/bin`);
    /// `/` is everything.
    pub paths_to_link: Vec<String>,
    /// update-mime-database(1), which makes the database of the types that the
    /// packages know; without it there is none.
    pub mime_database: Option<PathBuf>,
}

/// One package of a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name, for messages.
    pub name: String,
    /// The store paths of its chosen outputs.
    pub paths: Vec<PathBuf>,
    /// The lower number wins.
    #[serde(default = "default_priority")]
    pub priority: i64,
}

fn default_priority() -> i64 {
    DEFAULT_PRIORITY
}

impl PackagesRequest {
    /// A request for everything in `packages`.
    #[must_use]
    pub fn new(packages: Vec<Package>) -> Self {
        Self {
            packages,
            paths_to_link: vec!["/".to_owned()],
            mime_database: None,
        }
    }
}

/// Writes the environment to `out`, which must not exist.
///
/// # Errors
/// See [`PackagesError`]. An unfinished environment may be left at `out`.
pub fn build(request: &PackagesRequest, out: &Path) -> Result<(), PackagesError> {
    let providers = provider::all(&request.packages)?;
    let asked = paths::PathsToLink::new(&request.paths_to_link);
    let places = providers.iter().map(|provider| &provider.path);
    let real = caches::directories(places, request.mime_database.is_some())
        .map(|place| format!("/{place}"))
        .filter(|place| asked.wanted(place.as_bytes()) == paths::Wanted::Whole);
    let all: Vec<String> = request.paths_to_link.iter().cloned().chain(real).collect();
    let paths = paths::PathsToLink::new(&all);
    let writer = Writer::create(out).map_err(|source| PackagesError::Write {
        path: out.to_owned(),
        source,
    })?;
    Merge::new(writer, &paths, &providers).run()?;
    caches::applications(out)?;
    match &request.mime_database {
        Some(program) => caches::mime_database(program, out),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
