//! One entry of the manifest's `files`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A managed file: its content and how it is to be treated.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSpec {
    /// What the file holds.
    pub content: Content,
    /// `Some` sets the executable bit, `None` keeps what the source has.
    pub executable: Option<bool>,
    /// Back up whatever is in the way of this path, without asking.
    pub force: bool,
    /// Who asked for it, for messages and `nhmt why`: the option's name and
    /// the files that define it.
    pub declared_in: Vec<String>,
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
