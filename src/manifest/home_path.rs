//! A place in the home, as a type: relative, normalized, below `$HOME`.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// A path relative to the home directory: at least one component, none of
/// them empty, `.` or `..`, no NUL byte. It need not be UTF-8.
///
/// Its order is by components (`a`, `a/b`, `a-b`), so that what lies in one
/// directory stands together in a sorted list, after the directory itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HomePath(Box<[u8]>);

/// Why some bytes are not a [`HomePath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HomePathError {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// It starts with `/`.
    #[error("it is absolute; a target is relative to the home directory")]
    Absolute,
    /// It has a component `..`.
    #[error("it has a `..` component; a target stays inside the home directory")]
    Parent,
    /// It has a component `.`, an empty one, or ends in `/`.
    #[error("it is not normalized (a `.` or an empty component, or a trailing `/`)")]
    NotNormalized,
    /// It has a NUL byte.
    #[error("it has a NUL byte")]
    Nul,
}

impl HomePath {
    /// Checks `bytes` and takes them as a path.
    ///
    /// # Errors
    /// The first rule of [`HomePathError`] that `bytes` break.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, HomePathError> {
        let bytes = bytes.as_ref();
        if bytes.is_empty() {
            return Err(HomePathError::Empty);
        }
        if bytes[0] == b'/' {
            return Err(HomePathError::Absolute);
        }
        if bytes.contains(&0) {
            return Err(HomePathError::Nul);
        }
        let mut normalized = true;
        for component in bytes.split(|&b| b == b'/') {
            match component {
                b".." => return Err(HomePathError::Parent),
                b"" | b"." => normalized = false,
                _ => {}
            }
        }
        if normalized {
            Ok(Self(bytes.into()))
        } else {
            Err(HomePathError::NotNormalized)
        }
    }

    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as the standard library has it, still relative.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// The directory that holds it, `None` for a name directly in the home.
    #[must_use]
    pub fn parent(&self) -> Option<HomePath> {
        let slash = self.0.iter().rposition(|&b| b == b'/')?;
        Some(Self(self.0[..slash].into()))
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        let start = self.0.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
        OsStr::from_bytes(&self.0[start..])
    }

    /// This path with one more component.
    ///
    /// # Errors
    /// When `name` is not a single valid component.
    pub fn join(&self, name: impl AsRef<[u8]>) -> Result<HomePath, HomePathError> {
        let mut bytes = self.0.to_vec();
        bytes.push(b'/');
        bytes.extend_from_slice(name.as_ref());
        Self::new(bytes)
    }

    /// The directories above it, nearest to the home first, without itself.
    pub fn ancestors(&self) -> impl Iterator<Item = HomePath> + '_ {
        self.0
            .iter()
            .enumerate()
            .filter(|&(_, &b)| b == b'/')
            .map(|(at, _)| Self(self.0[..at].into()))
    }

    /// Whether `other` is this path's directory, or one above that.
    #[must_use]
    pub fn is_below(&self, other: &HomePath) -> bool {
        self.0.len() > other.0.len()
            && self.0.starts_with(&other.0)
            && self.0[other.0.len()] == b'/'
    }
}

impl Ord for HomePath {
    fn cmp(&self, other: &Self) -> Ordering {
        // `/` sorts before every byte that a name can have.
        let rank = |b: &u8| if *b == b'/' { 0 } else { *b };
        self.0.iter().map(rank).cmp(other.0.iter().map(rank))
    }
}

impl PartialOrd for HomePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Shows bytes that somebody else chose: those that are not UTF-8 and control
/// characters are escaped (`\xff`, `\n`), so that they cannot write to the
/// terminal.
pub(crate) struct Escaped<'a>(pub(crate) &'a [u8]);

impl fmt::Display for HomePath {
    /// As [`Escaped`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            // Most have none, and a million of them are shown at times.
            let mut rest = chunk.valid();
            while let Some(at) = rest.find(char::is_control) {
                let (plain, control) = rest.split_at(at);
                let mut chars = control.chars();
                f.write_str(plain)?;
                if let Some(control) = chars.next() {
                    write!(f, "{}", control.escape_default())?;
                }
                rest = chars.as_str();
            }
            f.write_str(rest)?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for HomePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HomePath({self})")
    }
}

impl Serialize for HomePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(s: &str) -> HomePath {
        HomePath::new(s).unwrap()
    }

    #[test]
    fn rejects_what_could_leave_the_home() {
        assert_eq!(HomePath::new(""), Err(HomePathError::Empty));
        assert_eq!(HomePath::new("/etc/passwd"), Err(HomePathError::Absolute));
        assert_eq!(HomePath::new("a/../../b"), Err(HomePathError::Parent));
        assert_eq!(HomePath::new("a//b"), Err(HomePathError::NotNormalized));
        assert_eq!(HomePath::new("a/"), Err(HomePathError::NotNormalized));
        assert_eq!(HomePath::new("./a"), Err(HomePathError::NotNormalized));
        assert_eq!(HomePath::new(b"a\0b"), Err(HomePathError::Nul));
    }

    #[test]
    fn a_directory_stands_before_its_content_and_content_stands_together() {
        let mut paths = [path("a-b"), path("a/c"), path("a"), path("a/b/c")];
        paths.sort();
        assert_eq!(paths.map(|p| p.to_string()), ["a", "a/b/c", "a/c", "a-b"]);
    }

    #[test]
    fn ancestors_come_from_the_home_downwards() {
        let names: Vec<_> = path("a/b/c").ancestors().map(|p| p.to_string()).collect();
        assert_eq!(names, ["a", "a/b"]);
        assert!(path("a/b").is_below(&path("a")));
        assert!(!path("ab").is_below(&path("a")));
    }

    #[test]
    fn odd_bytes_are_shown_escaped() {
        for (bytes, shown) in [
            (&b"a\xff\n"[..], "a\\xff\\n"),
            (b"\n\x1bb\xc3\xa9\x7f", "\\n\\u{1b}b\u{e9}\\u{7f}"),
            (b"\xc2\x85c", "\\u{85}c"),
            (b"plain", "plain"),
        ] {
            assert_eq!(HomePath::new(bytes).unwrap().to_string(), shown);
        }
    }
}
