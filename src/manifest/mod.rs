//! The contract between the Nix side and the Rust side.
//!
//! A configuration evaluates to a [`Manifest`] (JSON); a home tree built from
//! it carries an [`Index`]. Nothing else crosses over.

mod check;
mod digest;
mod entry;
mod file;
mod header;
mod home_path;
mod hook;
mod index;
mod method;
mod raw;
mod route;
mod rules;
mod secret;
mod state;
mod value;
mod words;

pub(crate) use words::{escaped, unescaped};

pub use check::ManifestError;
pub(crate) use home_path::Escaped;

pub use digest::Digest;
pub use entry::{Entry, LeafKind};
pub use file::{BlockSpec, Content, FileSpec, Format};
pub use home_path::{HomePath, HomePathError};
pub use hook::{BackupsSpec, Days, Hook, Size};
pub use index::{Index, IndexError};
pub use method::{Method, MethodName, Position};
pub use route::{Route, RouteKind, RouteMethod};
pub use secret::{
    ENCRYPTED, FILLED, Piece, SECRET_LINKS, SECRETS, SecretSpec, SecretsSpec, filled_name, pieces,
    placeholder, set_name,
};
pub use state::{AtRiskSpec, ROOM, StateSpec};
pub use value::MAX_VALUE_DEPTH;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The manifest format that this nhmt reads and writes.
pub const MANIFEST_VERSION: u32 = 1;

/// Everything that a configuration asks for, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// For whom and where.
    pub home: HomeSpec,
    /// The managed files by their place in the home.
    pub files: BTreeMap<HomePath, FileSpec>,
    /// The package environment, when there are packages.
    pub packages: Option<PackagesSpec>,
    /// What the configuration wants done with conflicts; a command-line flag
    /// overrides it, and `None` leaves it to the command's default.
    pub on_conflict: Option<OnConflict>,
    /// The scripts that run after a switch, in running order.
    pub hooks: Vec<Hook>,
    /// Which backups a run lets go.
    pub backups: BackupsSpec,
    /// The paths whose data lies in directories that outlive the home.
    pub state: BTreeMap<HomePath, StateSpec>,
    /// What is encrypted in the tree, and decrypted into memory.
    pub secrets: SecretsSpec,
    /// What is not at risk although nothing keeps it.
    pub at_risk: AtRiskSpec,
    /// Where the generations are kept, when not at the usual place in the home;
    /// absolute and normalized.
    pub profile: Option<PathBuf>,
    /// The configuration of the whole machine that this home is a part of.
    pub managed_by: Option<ManagedBy>,
    /// Store paths that live as long as the home tree, which names them here.
    pub dependencies: Vec<PathBuf>,
    /// The generation of Home Manager that the configuration is, too: what its
    /// activation scripts find files, packages and their predecessors in.
    pub home_manager: Option<PathBuf>,
}

impl Manifest {
    /// Whether anything runs after a switch to this home: hooks, or scripts
    /// for files that changed.
    #[must_use]
    pub fn has_hooks(&self) -> bool {
        !self.hooks.is_empty() || self.files.values().any(|file| !file.on_change.is_empty())
    }
}

/// The `home` object of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HomeSpec {
    /// The login name.
    pub username: String,
    /// The absolute path of the home directory.
    pub directory: PathBuf,
}

/// The `packages` object of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PackagesSpec {
    /// The store path of the merged environment (`…-nhmt-packages`).
    pub path: PathBuf,
    /// The names of the packages in it, with versions, as derivations have
    /// them (`hello-2.12`), for `nhmt diff`.
    #[serde(default)]
    pub names: Vec<String>,
    /// The store paths of each package, in the order of `names`: one for each
    /// output that is in the environment. Empty when nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Vec<PathBuf>>,
}

/// What builds and activates a home beside nhmt's own commands: the
/// configuration of the whole machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ManagedBy {
    /// `nixosModules.default`.
    Nixos,
    /// `darwinModules.default`.
    NixDarwin,
}

impl ManagedBy {
    /// Its name in manifests and in the index.
    fn name(self) -> &'static str {
        match self {
            Self::Nixos => "nixos",
            Self::NixDarwin => "nix-darwin",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = [Self::Nixos, Self::NixDarwin].into_iter();
        all.find(|system| system.name().as_bytes() == name)
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Nixos => "NixOS",
            Self::NixDarwin => "nix-darwin",
        }
    }

    /// The command that makes a change of its configuration take effect.
    #[must_use]
    pub fn switch(self) -> &'static str {
        match self {
            Self::Nixos => "sudo nixos-rebuild switch",
            Self::NixDarwin => "sudo darwin-rebuild switch",
        }
    }

    /// The command that goes back to the configuration before.
    #[must_use]
    pub fn rollback(self) -> &'static str {
        match self {
            Self::Nixos => "sudo nixos-rebuild switch --rollback",
            Self::NixDarwin => "sudo darwin-rebuild switch --rollback",
        }
    }
}

/// What to do with a file in the way that nhmt did not put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OnConflict {
    /// Change nothing, name every conflict, exit 3.
    Abort,
    /// Move what is in the way below the state directory's `backups`.
    Backup,
}

impl OnConflict {
    /// Its name in manifests and in the index.
    fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Backup => "backup",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = [Self::Abort, Self::Backup].into_iter();
        all.find(|policy| policy.name().as_bytes() == name)
    }
}

/// ` (declared by home.file."a", /home/alice/home.nix:3)`, for the middle of a
/// sentence; empty when nobody says.
pub(crate) fn declared_by(by: &[String]) -> String {
    if by.is_empty() {
        String::new()
    } else {
        format!(" (declared by {})", by.join(", "))
    }
}
