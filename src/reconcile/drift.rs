//! The catalogue of drift: how a managed path can differ from what nhmt left.

use serde::{Serialize, Serializer};

use crate::manifest::HomePath;

/// What became of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    /// The link is gone.
    Missing,
    /// A file is there; most often a program saved its settings.
    ReplacedByFile,
    /// A directory is there.
    ReplacedByDirectory,
    /// Another symbolic link is there.
    ReplacedByLink,
    /// The empty directory is there that a mount was over.
    Unmounted,
    /// A socket, a pipe or a device is there.
    ReplacedBySpecialFile,
    /// A directory above is now a file or a symbolic link.
    ParentReplaced,
    /// A copy has other content than nhmt left in it.
    Edited,
    /// Declared keys have other values.
    KeysChanged,
    /// The text between nhmt's markers is another.
    BlockEdited,
    /// nhmt's markers are gone.
    BlockGone,
    /// What nhmt wrote in it cannot be taken out.
    CannotUndeclare,
    /// A file took the place of the link to a persistent one.
    NewerThanPersistent,
}

impl DriftKind {
    /// All kinds, for documentation.
    pub const ALL: [Self; 13] = [
        Self::Missing,
        Self::ReplacedByFile,
        Self::ReplacedByDirectory,
        Self::ReplacedByLink,
        Self::Unmounted,
        Self::ReplacedBySpecialFile,
        Self::ParentReplaced,
        Self::Edited,
        Self::KeysChanged,
        Self::BlockEdited,
        Self::BlockGone,
        Self::CannotUndeclare,
        Self::NewerThanPersistent,
    ];

    /// What happened, as the rest of a sentence that starts with the path.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "is managed, but gone",
            Self::ReplacedByFile => "was replaced by a file",
            Self::ReplacedByDirectory => "was replaced by a directory",
            Self::ReplacedByLink => "was replaced by another symbolic link",
            Self::Unmounted => "is not mounted any more",
            Self::ReplacedBySpecialFile => "was replaced by a socket, a pipe or a device",
            Self::Edited => "was edited",
            Self::KeysChanged => "has other values at declared keys",
            Self::BlockEdited => "was edited between nhmt's markers",
            Self::BlockGone => "has lost nhmt's block",
            Self::CannotUndeclare => "has parts of nhmt's that cannot be taken out of it",
            Self::NewerThanPersistent => {
                "was replaced by a file, which is newer than the persistent one"
            }
            Self::ParentReplaced => "is not reached: a directory above it was replaced",
        }
    }

    /// What the next run does about it, and what a person can do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Missing => "the next `nhmt realize` puts it back",
            Self::Unmounted => {
                "a restart takes mounts away; `nhmt activate` or `nhmt realize` mounts it again, \
                 or makes a link where that is not permitted"
            }
            Self::Edited => {
                "take over into the configuration what you want to keep; the next `nhmt \
                 realize` moves it to nhmt's backups and writes what is declared"
            }
            Self::KeysChanged => {
                "take over into the configuration what you want to keep; the next `nhmt \
                 realize` enforces the declared values, and keeps the file as it is in \
                 nhmt's backups"
            }
            Self::BlockEdited => {
                "move what you added out of the block, or into the configuration; the next \
                 `nhmt realize` writes the block anew, and keeps the file as it is in nhmt's \
                 backups"
            }
            Self::BlockGone => "the next `nhmt realize` adds it again",
            Self::CannotUndeclare => "take out yourself what you do not want",
            Self::NewerThanPersistent => {
                "the next `nhmt realize` or `nhmt persist sync` moves it to the persistent \
                 directory, and keeps what was there in the backups of that directory"
            }
            Self::ParentReplaced => {
                "the next `nhmt realize` backs up a file that stands there and makes the \
                 directory again; a link to a directory is yours to replace"
            }
            _ => {
                "take over into the configuration what you want to keep; the next `nhmt \
                 realize` moves it to nhmt's backups and puts back what is declared"
            }
        }
    }
}

/// One managed path that is no longer what nhmt left there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The managed path.
    pub path: HomePath,
    /// What became of it.
    pub kind: DriftKind,
    /// The new generation has the path too. If it has not, what is there now
    /// stays where it is.
    pub wanted: bool,
    /// Who declared the path: filled by the caller, who has the manifest.
    pub declared_in: Vec<String>,
}

impl Drift {
    /// What happened, one sentence.
    #[must_use]
    pub fn message(&self) -> String {
        format!("~/{} {}", self.path, self.kind.sentence())
    }

    /// What happens next.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        if self.wanted {
            self.kind.remedy()
        } else {
            "it is no longer declared, so it stays as it is and is yours"
        }
    }
}

impl Serialize for Drift {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Drift", 6)?;
        object.serialize_field("path", &self.path)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("message", &self.message())?;
        object.serialize_field("remedy", self.remedy())?;
        object.serialize_field("wanted", &self.wanted)?;
        object.serialize_field("declared_in", &self.declared_in)?;
        object.end()
    }
}
