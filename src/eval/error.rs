//! An evaluation or build that failed, told to the person who wrote the
//! configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{locate, translate};
use crate::store::NixError;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The configuration is wrong: syntax, types, options, assertions, files.
    Configuration,
    /// There is no such configuration.
    Missing,
    /// A derivation failed to build.
    Build,
    /// The machine is in the way: disk, permissions, a daemon that is down.
    Machine,
    /// Nix was killed.
    Killed,
    /// nhmt itself cannot be used as a builder.
    Builder,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// The text of that line, when the file can be read.
    pub source: Option<String>,
}

/// A failed evaluation or build.
#[derive(Debug)]
pub struct EvalError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// Where, in the user's files where possible.
    pub location: Option<Box<Location>>,
    /// What to do.
    pub remedy: Option<String>,
    /// What the failed builder printed.
    pub log: Vec<String>,
    /// Everything that Nix said, without colours, for `-v`.
    pub raw: String,
    /// It names no file of the user's, and only a trace may lead there.
    pub(super) place_hidden: bool,
}

impl EvalError {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            location: None,
            remedy: None,
            log: Vec::new(),
            raw: String::new(),
            place_hidden: false,
        }
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// With what the same failure says under `--show-trace`: where, and which
    /// option was being evaluated, set in which files of the person's.
    pub(super) fn traced(mut self, traced: Self, library: &Path) -> Self {
        self.location = traced.location;
        if let Some(option) = translate::innermost_option(&traced.raw)
            && !names_option_of(&self.message, option)
            && let Some(option) = locate::without_library(option, library)
        {
            self.message.push_str("\n  ");
            self.message.push_str(&option);
        }
        self.raw = traced.raw;
        self
    }

    pub(super) fn io(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let path = path.into();
        Self::new(ErrorKind::Machine, format!("{}: {error}", path.display()))
    }
}

/// Whether `message` names the option that the step of a trace is about.
fn names_option_of(message: &str, step: &str) -> bool {
    let name = step
        .split('`')
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    name.is_some_and(|name| message.contains(&format!("`{name}'")))
}

impl From<NixError> for EvalError {
    fn from(error: NixError) -> Self {
        Self::new(ErrorKind::Machine, error.to_string())
    }
}

impl fmt::Display for EvalError {
    /// The place, what is wrong, the source line with a mark, the remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.location {
            write!(f, "{}:{}:{}: ", at.file.display(), at.line, at.column)?;
        }
        f.write_str(&self.message)?;
        if let Some(at) = &self.location
            && let Some(source) = &at.source
        {
            let number = at.line.to_string();
            let column = usize::try_from(at.column.saturating_sub(1)).unwrap_or(0);
            // Tabs stay tabs, so that the mark stands below its character.
            let before = source.chars().take(column);
            let indent: String = before.map(|c| if c == '\t' { c } else { ' ' }).collect();
            write!(f, "\n  {number} | {source}")?;
            write!(f, "\n  {:1$} | {indent}^", "", number.len())?;
        }
        for line in &self.log {
            write!(f, "\n  {line}")?;
        }
        match &self.remedy {
            Some(remedy) => write!(f, "\n{remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for EvalError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_its_character() {
        let mut error = EvalError::new(ErrorKind::Configuration, "syntax error").remedy("Fix it.");
        error.location = Some(Box::new(Location {
            file: "/home/alice/home.nix".into(),
            line: 12,
            column: 3,
            source: Some("\tö=;".into()),
        }));
        assert_eq!(
            error.to_string(),
            "/home/alice/home.nix:12:3: syntax error\n  12 | \tö=;\n     | \t ^\nFix it."
        );
    }
}
