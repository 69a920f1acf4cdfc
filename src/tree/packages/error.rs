//! Why packages could not be merged.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::Provider;

/// Why packages could not be merged.
#[derive(Debug, Error)]
pub enum PackagesError {
    /// A store path of a package is not there.
    #[error("the package {name}: {}: {source}", path.display())]
    Missing {
        /// The package.
        name: String,
        /// Its store path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A package that is a single file.
    #[error(
        "the package {name}: {} is a file, and only directories can be merged into an environment; put it into a directory (`pkgs.runCommand`, `writeShellScriptBin`), or declare it under `home.file`",
        path.display()
    )]
    NotADirectory {
        /// The package.
        name: String,
        /// Its store path.
        path: PathBuf,
    },
    /// A path that should be a directory by `pathsToLink`.
    #[error(
        "{} of the package {package} is no directory, although `pathsToLink` asks for what is in it",
        path.display()
    )]
    NoDirectoryToLink {
        /// The path in the package.
        path: PathBuf,
        /// The package.
        package: Box<Provider>,
    },
    /// Two packages with different files of one name.
    #[error(
        "the packages {} and {} both have `{path}`{}, and their priority is the same; remove one of the two, or let one win: `lib.hiPrio package`, or a lower `meta.priority`",
        packages.0, packages.1, why(.detail)
    )]
    Collision {
        /// The path, relative to the environment.
        path: String,
        /// The two packages.
        packages: Box<(Provider, Provider)>,
        /// What the two are, when that is not simply different content.
        detail: &'static str,
    },
    /// The database of types could not be made.
    #[error(
        "the types of the packages: {} failed: {said}; `xdg.mime.enable = false` does without them",
        program.display()
    )]
    MimeDatabase {
        /// The program that makes it.
        program: PathBuf,
        /// What it, or the system, said.
        said: String,
    },
    /// A file or directory of a package cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The environment cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The path in the environment.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn why(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(" ({detail})")
    }
}
