//! What can go wrong with Nix itself.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::version::{MINIMUM, Version};

/// A failure of Nix, not of a configuration.
#[derive(Debug, Error)]
pub enum NixError {
    /// No `nix-build` on `PATH`.
    #[error(
        "there is no Nix on this machine: `nix-build` is not on PATH\n\
         To install it: `sudo apt install nix-bin` on Debian and Ubuntu, or see https://nixos.org/download\n\
         A manifest needs no Nix: `nhmt realize -f home.json`"
    )]
    Absent,
    /// A Nix from before structured attributes and `--extra-experimental-features` worked as needed.
    #[error("Nix {found} is too old: nhmt needs {MINIMUM} or newer\nIt was found at {}; install a newer one (https://nixos.org/download) or put it first on PATH", path.display())]
    TooOld {
        /// Its `nix-build`.
        path: PathBuf,
        /// Its version.
        found: Version,
    },
    /// `nix-build --version` failed: Nix does not take its own settings.
    #[error("Nix does not start: {message}\nLook at its settings, nix.conf and $NIX_CONFIG; {} --version must succeed", path.display())]
    DoesNotStart {
        /// Its `nix-build`.
        path: PathBuf,
        /// What it said.
        message: String,
    },
    /// `nix-build --version` printed something else than a version.
    #[error("{} --version printed `{printed}`, which names no version of Nix", path.display())]
    NoVersion {
        /// What was run.
        path: PathBuf,
        /// What it printed.
        printed: String,
    },
    /// A path that Nix printed is not in the filesystem.
    #[error(
        "Nix built {}, but there is no such path: this Nix keeps its store in another directory (a chroot store) and shows it at that place only to its own processes\n\
         Links in a home would lead nowhere. Install Nix so that its store is where its paths say (https://nixos.org/download), or use a manifest, which needs no Nix: `nhmt realize -f home.json`",
        path.display()
    )]
    ChrootStore {
        /// What Nix printed.
        path: PathBuf,
    },
    /// A command failed.
    #[error("{command} failed: {message}")]
    Failed {
        /// What was run.
        command: String,
        /// What it said.
        message: String,
    },
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
