//! A place in a structured value, for messages.

use std::fmt;

use super::FormatError;

/// A place in a value: a chain on the stack, so that walking costs nothing
/// until something is wrong.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole value.
    Root,
    /// A key of an object.
    Key(&'a Place<'a>, &'a str),
    /// An element of an array, counted from 0.
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(super) fn key(&'a self, key: &'a str) -> Place<'a> {
        Place::Key(self, key)
    }

    pub(super) fn item(&'a self, at: usize) -> Place<'a> {
        Place::Item(self, at)
    }

    /// An error at this place.
    pub(super) fn wrong(&self, problem: impl Into<String>) -> FormatError {
        FormatError {
            place: self.to_string(),
            problem: problem.into(),
        }
    }

    /// An error that a library reports.
    pub(super) fn library(&self, error: &dyn std::error::Error) -> FormatError {
        self.wrong(error.to_string())
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Item(parent, at) => write!(f, "{parent}[{at}]"),
            Place::Key(parent, key) => {
                let dot = if matches!(parent, Place::Root) {
                    ""
                } else {
                    "."
                };
                let plain = !key.is_empty()
                    && key
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"_-'".contains(&b));
                if plain {
                    write!(f, "{parent}{dot}{key}")
                } else {
                    write!(f, "{parent}{dot}{key:?}")
                }
            }
        }
    }
}
