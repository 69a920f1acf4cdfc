//! What may be asked about a configuration, and how the answers look.

use serde::{Deserialize, Serialize};

use super::expression;

/// What may be asked about a configuration, without building anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The manifest that it evaluates to.
    Manifest,
    /// Every option that it may set: a list of [`OptionEntry`].
    Options,
    /// What it has at this path, and who defined it: an [`OptionValue`], or
    /// `null`.
    Value(Vec<String>),
}

impl Question {
    /// The attribute of the entry point, and the function that it is given to.
    pub(super) fn parts(&self) -> (&str, Option<String>) {
        match self {
            Self::Manifest => ("manifest", None),
            Self::Options => ("reference.list", None),
            Self::Value(path) => {
                let apply = format!("lookup: lookup {}", expression::list(path));
                ("reference.lookup", Some(apply))
            }
        }
    }
}

/// What is known of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct OptionEntry {
    /// The path, with quotes where Nix wants them.
    pub name: String,
    /// Its parts; `<name>` stands for a name that the user chooses, `*` for the
    /// place in a list.
    pub loc: Vec<String>,
    /// What values it takes, in words.
    #[serde(rename = "type")]
    pub kind: String,
    /// An expression, or words where the default depends on something.
    pub default: Option<String>,
    /// An expression.
    pub example: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// Whether modules alone set it.
    pub read_only: bool,
    /// Whether it is there for other modules.
    pub internal: bool,
    /// Whether it is a former name, which still works and is not shown.
    #[serde(default, skip_serializing)]
    pub hidden: bool,
    /// The files; those of nhmt as `<nhmt/…>`.
    pub declared_in: Vec<String>,
}

/// What a configuration has at an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionValue {
    /// An expression.
    pub value: String,
    /// Who defined it; nobody where only the default counts.
    pub definitions: Vec<Definition>,
}

/// One definition of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The file.
    pub file: String,
    /// An expression, when the value can be shown.
    pub value: Option<String>,
}
