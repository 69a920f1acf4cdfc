//! Why a text was not edited.

use thiserror::Error;

use super::lines;

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The text is not of its format.
    Syntax,
    /// The text is well-formed, but what it has there cannot be edited without
    /// harm.
    Unsupported,
    /// The markers of a block are doubled, or one is without the other.
    Markers,
}

/// Why a text was not edited, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct EditError {
    /// Counted from 1.
    pub line: usize,
    /// Counted in characters from 1.
    pub column: usize,
    /// What is wrong there, without a full stop.
    pub problem: String,
    /// Its kind.
    pub fault: Fault,
}

impl EditError {
    /// A fault at the byte `offset` of `text`.
    pub(super) fn at(text: &str, offset: usize, fault: Fault, problem: impl Into<String>) -> Self {
        let (line, column) = lines::position(text, offset);
        Self {
            line,
            column,
            problem: problem.into(),
            fault,
        }
    }

    /// The text is not of its format.
    pub(super) fn syntax(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        Self::at(text, offset, Fault::Syntax, problem)
    }

    /// What stands there cannot be edited.
    pub(super) fn unsupported(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        Self::at(text, offset, Fault::Unsupported, problem)
    }
}
