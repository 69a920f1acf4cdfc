//! One entry of the manifest's `files`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MethodName, Position};

/// A managed file: its content and how it is to be treated.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSpec {
    /// What the file holds.
    pub content: Content,
    /// `Some` sets the executable bit, `None` keeps what the source has.
    pub executable: Option<bool>,
    /// Back up whatever is in the way of this path, without asking.
    pub force: bool,
    /// Its source is a tree of links that somebody else made, such as Home
    /// Manager's: each leaf is what its link leads to, and what is a file there
    /// is copied. So a leaf stays as it is when others in the tree change.
    pub link_farm: bool,
    /// How it arrives.
    pub method: MethodName,
    /// The permission bits of a file that nhmt creates, when given.
    pub permissions: Option<u32>,
    /// How a block is marked, when it is one and not as usual.
    pub block: Option<BlockSpec>,
    /// What runs when a switch changes the file; empty for nothing.
    pub on_change: String,
    /// Who asked for it, for messages and `nhmt why`: the option's name and
    /// the files that define it.
    pub declared_in: Vec<String>,
    /// The names of the secrets that it is, or that are filled in.
    pub secrets: BTreeSet<String>,
}

/// How a block is marked in the file that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BlockSpec {
    /// What a comment starts with in that file.
    pub comment: String,
    /// Where a new block goes.
    pub position: Position,
}

impl Default for BlockSpec {
    fn default() -> Self {
        Self {
            comment: "#".to_owned(),
            position: Position::default(),
        }
    }
}

/// Where a file's bytes come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The text itself.
    Text(String),
    /// An absolute path of a file or a directory.
    Source {
        /// The path to link to (in a Nix store) or to copy (in the local one).
        path: PathBuf,
        /// Link each leaf below a directory by itself, so that other files
        /// may lie beside them.
        recursive: bool,
    },
    /// The secret of this name, as it is.
    Secret(String),
    /// A value, rendered while the tree is built.
    Structured {
        /// The file format to render.
        format: Format,
        /// The value, floats decoded.
        value: Value,
    },
}

/// The structured file formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JSON (RFC 8259), indented by two spaces.
    Json,
    /// TOML 1.0.
    Toml,
    /// YAML 1.2.
    Yaml,
    /// Sections of `key=value` lines; top-level scalars come first.
    Ini,
    /// git-config(1) syntax.
    GitConfig,
    /// `key=value` lines.
    KeyValue,
}

impl Format {
    const ALL: [Self; 6] = [
        Self::Json,
        Self::Toml,
        Self::Yaml,
        Self::Ini,
        Self::GitConfig,
        Self::KeyValue,
    ];

    /// The name in configurations, manifests and the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Ini => "ini",
            Self::GitConfig => "git-config",
            Self::KeyValue => "key-value",
        }
    }

    /// The format of that name.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.as_str().as_bytes() == name)
    }

    /// Whether the keys of a value can be enforced in a file that holds
    /// others.
    #[must_use]
    pub fn can_merge(self) -> bool {
        matches!(self, Self::Json | Self::Toml | Self::Yaml | Self::Ini)
    }
}
