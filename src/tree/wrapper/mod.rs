//! A package whose programs start with other settings: links to everything
//! that it has, scripts in the place of its programs, and its desktop entries,
//! units and bus services leading to these.
//!
//! What options mean follows nixpkgs' `makeWrapper` (manual, "makeWrapper").

mod rewrite;
mod script;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::packages::{self, Package, PackagesError, PackagesRequest};
use rewrite::Rewrite;

/// Directories whose texts say how programs are started.
const STARTERS: [&str; 7] = [
    "share/applications",
    "share/dbus-1/services",
    "share/dbus-1/system-services",
    "share/systemd/user",
    "lib/systemd/user",
    "etc/xdg/autostart",
    "share/kservices5",
];

/// What is wrapped, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrapperRequest {
    /// The package, and others that join it.
    pub packages: Vec<Package>,
    /// The shell that the scripts are for, absolute.
    pub shell: String,
    /// For every program that is not named below.
    pub settings: Settings,
    /// For single programs.
    pub programs: Vec<Program>,
}

/// One program, with settings of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Program {
    /// Its name in `bin`.
    pub name: String,
    /// The program in `bin` that a new one with this name starts; `None` wraps
    /// the one that has the name.
    pub target: Option<String>,
    /// How it starts.
    pub settings: Settings,
}

/// How a program starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Environment variables.
    pub env: Vec<Variable>,
    /// Arguments before those that are typed.
    pub prepend_flags: Vec<String>,
    /// Arguments behind them.
    pub append_flags: Vec<String>,
    /// Directories to put before everything else on `PATH`.
    pub path_add: Vec<String>,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, taken literally; `None` unsets it.
    pub value: Option<String>,
    /// Whether it outranks a value that the environment has.
    pub force: bool,
}

/// Why programs could not be wrapped.
#[derive(Debug, Error)]
pub enum WrapperError {
    /// The package could not be taken.
    #[error(transparent)]
    Packages(#[from] PackagesError),
    /// A program that is to be wrapped is not there.
    #[error("{package} has no program `{name}` to wrap; it has {}", listed(.has))]
    NoProgram {
        /// The package.
        package: String,
        /// The program.
        name: String,
        /// What it has.
        has: Vec<String>,
    },
    /// A new name is taken.
    #[error(
        "{package} has a program `{name}` already; without `target` that one is wrapped, or choose another name"
    )]
    NameTaken {
        /// The package.
        package: String,
        /// The program.
        name: String,
    },
    /// The output cannot be written, or a package not be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "none".to_owned(),
        all if all <= SHOWN => names.join(", "),
        all => format!("{} and {} more", names[..SHOWN].join(", "), all - SHOWN),
    }
}

/// Adds to an error what it is about.
fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, WrapperError> {
    result.map_err(|source| WrapperError::File {
        path: path.to_owned(),
        source,
    })
}

/// Writes the wrapped package to `out`, which must not exist.
///
/// # Errors
/// See [`WrapperError`]. An unfinished package may be left at `out`.
pub fn build(request: &WrapperRequest, out: &Path) -> Result<(), WrapperError> {
    let starters = STARTERS.iter().filter(|place| has(request, place));
    let bin = has(request, "bin").then_some("bin");
    let merged = PackagesRequest {
        packages: request.packages.clone(),
        // Those that are named are directories to write in, and no links.
        paths_to_link: [""]
            .into_iter()
            .chain(bin)
            .chain(starters.clone().copied())
            .map(|place| format!("/{place}"))
            .collect(),
        mime_database: None,
    };
    packages::build(&merged, out)?;
    let wrapped = wrap(request, out)?;
    let rewrite = Rewrite::new(request, out, &wrapped);
    for place in starters {
        rewrite.directory(&out.join(place))?;
    }
    Ok(())
}

/// Whether one of the packages has a directory at `place`.
fn has(request: &WrapperRequest, place: &str) -> bool {
    let paths = request.packages.iter().flat_map(|package| &package.paths);
    paths.into_iter().any(|path| path.join(place).is_dir())
}

/// Puts scripts in the place of programs; gives the names of these.
fn wrap(request: &WrapperRequest, out: &Path) -> Result<Vec<String>, WrapperError> {
    let bin = out.join("bin");
    let found = names(&bin)?;
    let package = || {
        request
            .packages
            .first()
            .map_or(String::new(), |package| package.name.clone())
    };
    let mut wrapped = Vec::new();
    for program in &request.programs {
        let target = program.target.as_ref().unwrap_or(&program.name);
        if !found.contains(target) {
            return Err(WrapperError::NoProgram {
                package: package(),
                name: target.clone(),
                has: found,
            });
        }
        if program.target.is_some() && found.contains(&program.name) {
            return Err(WrapperError::NameTaken {
                package: package(),
                name: program.name.clone(),
            });
        }
        // A new one starts the one of that name, with what that is given.
        let behind = match &program.target {
            Some(target) => bin.join(target),
            None => real(&bin.join(target))?,
        };
        if program.target.is_some() || !program.settings.is_empty() {
            put(
                request,
                &bin.join(&program.name),
                &behind,
                &program.settings,
            )?;
            wrapped.push(program.name.clone());
        }
    }
    for name in found {
        let is_own = request.programs.iter().any(|program| program.name == name);
        if !is_own && !request.settings.is_empty() {
            let place = bin.join(&name);
            put(request, &place, &real(&place)?, &request.settings)?;
            wrapped.push(name);
        }
    }
    Ok(wrapped)
}

/// The programs in a directory, sorted. Hidden files are what wrappers of
/// packages themselves start.
fn names(bin: &Path) -> Result<Vec<String>, WrapperError> {
    if !bin.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in at(bin, fs::read_dir(bin))? {
        let path = at(bin, entry)?.path();
        let name = path.file_name().and_then(OsStr::to_str);
        let is_program = fs::metadata(&path)
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0);
        if let Some(name) = name.filter(|name| is_program && !name.starts_with('.')) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Where the link to a program leads: into its package, by the name that the
/// program may go by.
fn real(link: &Path) -> Result<PathBuf, WrapperError> {
    at(link, fs::read_link(link))
}

/// Writes the script that starts `program` in the place of what is at `place`.
fn put(
    request: &WrapperRequest,
    place: &Path,
    program: &Path,
    settings: &Settings,
) -> Result<(), WrapperError> {
    if place.symlink_metadata().is_ok() {
        at(place, fs::remove_file(place))?;
    }
    let text = script::text(&request.shell, program.as_os_str().as_bytes(), settings);
    at(place, fs::write(place, text))?;
    at(
        place,
        fs::set_permissions(place, fs::Permissions::from_mode(0o555)),
    )
}

impl Settings {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests;
