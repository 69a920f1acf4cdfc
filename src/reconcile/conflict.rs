//! The catalogue of conflicts: what can be in the way of a managed path that
//! nhmt did not put there.

use serde::{Serialize, Serializer};

use crate::manifest::HomePath;

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// A regular file with other content where a link should be.
    File,
    /// A symbolic link that is not nhmt's where a link should be.
    ForeignLink,
    /// A directory, with files that are not nhmt's, where a link should be.
    ForeignDirectory,
    /// A socket, a pipe or a device where a link should be.
    SpecialFile,
    /// A file where a directory should be.
    ParentIsFile,
    /// A symbolic link to a directory where a directory should be.
    ParentIsLink,
    /// A symbolic link that leads to no directory where one should be.
    ParentIsDangling,
    /// A file of which nhmt cannot change a part.
    CannotMerge,
    /// nhmt's own state directory.
    OwnState,
    /// Another wanted path, because the filesystem does not tell capitals from
    /// small letters.
    SameName,
    /// Data in the home and other data in the persistent directory.
    DataInBoth,
    /// Data at another place than the persistent one.
    OldPersistentPlace,
}

impl ConflictKind {
    /// All kinds, for documentation.
    pub const ALL: [Self; 12] = [
        Self::File,
        Self::ForeignLink,
        Self::ForeignDirectory,
        Self::SpecialFile,
        Self::ParentIsFile,
        Self::ParentIsLink,
        Self::ParentIsDangling,
        Self::CannotMerge,
        Self::OwnState,
        Self::SameName,
        Self::DataInBoth,
        Self::OldPersistentPlace,
    ];

    /// What is there, as the rest of a sentence that starts with the path.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::File => "is a file that nhmt did not put there",
            Self::ForeignLink => "is a symbolic link that nhmt did not make",
            Self::ForeignDirectory => "is a directory with files that nhmt did not put there",
            Self::SpecialFile => "is a socket, a pipe or a device",
            Self::ParentIsFile => "is a file, but managed files are to lie below it",
            Self::ParentIsLink => {
                "is a symbolic link to a directory, and nhmt writes only below real directories"
            }
            Self::ParentIsDangling => {
                "is a symbolic link that leads nowhere, but managed files are to lie below it"
            }
            Self::CannotMerge => "is a file of which nhmt cannot change its part alone",
            Self::OwnState => "is where nhmt keeps its own state",
            Self::SameName => {
                "cannot be beside another declared path, because this filesystem does not tell \
                 capitals from small letters"
            }
            Self::DataInBoth => "has data, and so has its place in the persistent directory",
            Self::OldPersistentPlace => {
                "would begin empty, for its data lies at the place that it was persisted at before"
            }
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ParentIsLink => {
                "replace the link by a directory (and move what it leads to there), or declare \
                 the files at the place that it leads to"
            }
            Self::CannotMerge => {
                "correct the file at that place, or run again with `--on-conflict backup` to have \
                 it moved to nhmt's backups and a new one written"
            }
            Self::OwnState => "choose another target for the declared file",
            Self::SameName => "choose another target for one of the two",
            Self::DataInBoth => {
                "look at both, then run `nhmt persist resolve PATH --keep home` or `--keep \
                 persistent`: the other becomes a backup"
            }
            Self::OldPersistentPlace => {
                "move that data to its place in the persistent directory, or declare the \
                 persistent directory in which it lies"
            }
            _ => {
                "move it away, run again with `--on-conflict backup` to have it moved to nhmt's \
                 backups, or set `force = true` for this file"
            }
        }
    }

    /// Whether the backup policy may move it away. A link to a directory may
    /// not: the directory's other files would vanish from where programs look.
    #[must_use]
    pub fn can_be_backed_up(self) -> bool {
        !matches!(
            self,
            Self::ParentIsLink
                | Self::OwnState
                | Self::SameName
                | Self::DataInBoth
                | Self::OldPersistentPlace
        )
    }
}

/// One conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What is in the way.
    pub path: HomePath,
    /// What it is.
    pub kind: ConflictKind,
    /// The managed path that needs the place: `path` itself or the first one
    /// below it.
    pub wanted: HomePath,
    /// Where a symbolic link leads, or which file lies in the directory.
    pub detail: Option<String>,
    /// It is moved to the backups, by policy or by `force`.
    pub backed_up: bool,
    /// Who declared `wanted`: filled by the caller, who has the manifest.
    pub declared_in: Vec<String>,
}

impl Conflict {
    /// What is there and what was wanted, one sentence.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = format!("~/{} {}", self.path, self.kind.sentence());
        if let Some(detail) = &self.detail {
            text = format!("{text} ({detail})");
        }
        if self.wanted != self.path {
            text = format!("{text}; ~/{} is wanted there", self.wanted);
        }
        text
    }
}

impl Serialize for Conflict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Conflict", 7)?;
        object.serialize_field("path", &self.path)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("wanted", &self.wanted)?;
        object.serialize_field("message", &self.message())?;
        object.serialize_field("remedy", self.kind.remedy())?;
        object.serialize_field("backed_up", &self.backed_up)?;
        object.serialize_field("declared_in", &self.declared_in)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_carries_kind_message_and_remedy() {
        let conflict = Conflict {
            path: HomePath::new(".config").unwrap(),
            kind: ConflictKind::ParentIsLink,
            wanted: HomePath::new(".config/x").unwrap(),
            detail: Some("it leads to /data".into()),
            backed_up: false,
            declared_in: vec!["home.file.x".into()],
        };
        let json = serde_json::to_value(&conflict).unwrap();
        assert_eq!(json["kind"], "parent-is-link");
        let message = json["message"].as_str().unwrap();
        assert!(
            message.contains("~/.config is a symbolic link"),
            "{message}"
        );
        assert!(message.contains("/data") && message.contains("~/.config/x"));
        assert!(
            json["remedy"]
                .as_str()
                .unwrap()
                .contains("replace the link")
        );
    }
}
