//! How a file arrives in the home.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{FileSpec, Format, words};

/// How a leaf of a home tree arrives, with all that the run has to know of it
/// besides the content, which the tree holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Method {
    /// A link through the anchor.
    #[default]
    Link,
    /// A regular file of the user's with the tree's content.
    Copy {
        /// Its permission bits.
        mode: u32,
    },
    /// The declared keys are enforced in a structured file that a program
    /// owns.
    Merge {
        /// The syntax of the file.
        format: Format,
        /// The permission bits of a file that nhmt creates.
        mode: u32,
    },
    /// The tree's content is a marked block in a file that the user owns.
    Block {
        /// What a comment starts with in that file.
        comment: String,
        /// Where a new block goes.
        position: Position,
    },
    /// Written once if nothing is there, then left to the user.
    Seed {
        /// The permission bits of a file that nhmt creates.
        mode: u32,
    },
}

/// Where a new block goes in a file that has other text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// Above all other text.
    Top,
    /// Below it.
    #[default]
    Bottom,
}

/// The methods as a configuration names them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MethodName {
    /// [`Method::Link`] to what the tree holds.
    #[default]
    Link,
    /// [`Method::Copy`].
    Copy,
    /// [`Method::Merge`].
    Merge,
    /// [`Method::Block`].
    Block,
    /// [`Method::Seed`].
    Seed,
    /// [`Method::Link`] to a place outside of the store, which is never read.
    Live,
}

impl MethodName {
    /// The name in configurations and manifests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Copy => "copy",
            Self::Merge => "merge",
            Self::Block => "block",
            Self::Seed => "seed",
            Self::Live => "live",
        }
    }
}

impl Position {
    /// The name in configurations, manifests and the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Bottom => "bottom",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = [Self::Top, Self::Bottom].into_iter();
        all.find(|position| position.as_str().as_bytes() == name)
    }
}

impl Method {
    /// The method of one leaf of `spec`; `executable` is the leaf's bit, from
    /// which the mode follows when the configuration gives none.
    #[must_use]
    pub fn of(spec: &FileSpec, executable: bool) -> Self {
        let mode = spec
            .permissions
            .unwrap_or(if executable { 0o755 } else { 0o644 });
        match (spec.method, &spec.content) {
            (MethodName::Copy, _) => Self::Copy { mode },
            (MethodName::Seed, _) => Self::Seed { mode },
            (MethodName::Block, _) => {
                let block = spec.block.clone().unwrap_or_default();
                Self::Block {
                    comment: block.comment,
                    position: block.position,
                }
            }
            (MethodName::Merge, super::Content::Structured { format, .. }) => Self::Merge {
                format: *format,
                mode,
            },
            // A checked manifest has no other content for merge.
            (MethodName::Merge | MethodName::Link | MethodName::Live, _) => Self::Link,
        }
    }

    /// Whether the leaf is a link in the home.
    #[must_use]
    pub fn is_link(&self) -> bool {
        *self == Self::Link
    }

    /// The name that configurations have for it.
    #[must_use]
    pub fn name(&self) -> MethodName {
        match self {
            Self::Link => MethodName::Link,
            Self::Copy { .. } => MethodName::Copy,
            Self::Merge { .. } => MethodName::Merge,
            Self::Block { .. } => MethodName::Block,
            Self::Seed { .. } => MethodName::Seed,
        }
    }

    /// The permission bits of a file that nhmt creates.
    #[must_use]
    pub fn mode(&self) -> Option<u32> {
        match self {
            Self::Copy { mode } | Self::Merge { mode, .. } | Self::Seed { mode } => Some(*mode),
            Self::Link | Self::Block { .. } => None,
        }
    }

    /// The words of the index, each after a space; none for a link.
    pub(super) fn words(&self) -> String {
        let mut words = match self {
            Self::Link => String::new(),
            method => format!(" method={}", method.name().as_str()),
        };
        if let Self::Merge { format, .. } = self {
            let _ = write!(words, " format={}", format.as_str());
        }
        if let Some(mode) = self.mode() {
            let _ = write!(words, " mode={mode:o}");
        }
        if let Self::Block { comment, position } = self {
            let position = position.as_str();
            let _ = write!(
                words,
                " comment={} position={position}",
                words::escaped(comment.as_bytes())
            );
        }
        words
    }

    /// Reads [`Method::words`] among others; `None` when they make no method.
    pub(super) fn from_words(words: &[u8]) -> Option<Self> {
        let value = |key| words::value(words, key);
        let mode = || words::mode(words, "mode");
        Some(match value("method") {
            None => Self::Link,
            Some(b"copy") => Self::Copy { mode: mode()? },
            Some(b"seed") => Self::Seed { mode: mode()? },
            Some(b"merge") => Self::Merge {
                format: Format::from_name(value("format")?)?,
                mode: mode()?,
            },
            Some(b"block") => Self::Block {
                comment: String::from_utf8(words::unescaped(value("comment")?)?).ok()?,
                position: Position::from_name(value("position")?)?,
            },
            Some(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_both_ways() {
        let block = |comment: &str, position| Method::Block {
            comment: comment.to_owned(),
            position,
        };
        let methods = [
            Method::Link,
            Method::Copy { mode: 0o600 },
            Method::Seed { mode: 0o4 },
            Method::Merge {
                format: Format::Ini,
                mode: 0o644,
            },
            block("#", Position::Bottom),
            block("// ./ 100% ü =\0", Position::Top),
        ];
        for method in methods {
            let words = method.words();
            assert!(
                words.is_empty() || words.starts_with(" method="),
                "{words:?}"
            );
            assert!(!words.contains(" ./"), "{words:?}");
            let among = format!(" force=1{words} new=2");
            assert_eq!(Method::from_words(among.as_bytes()), Some(method));
        }
    }

    #[test]
    fn words_that_make_no_method_are_noticed() {
        for words in [
            "method=teleport",
            "method=copy",
            "method=copy mode=9",
            "method=merge mode=644",
            "method=merge format=docx mode=644",
            "method=block position=top",
            "method=block comment=%2 position=top",
            "method=block comment=# position=middle",
        ] {
            assert_eq!(Method::from_words(words.as_bytes()), None, "{words}");
        }
    }
}
