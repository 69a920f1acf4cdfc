//! From the errors of the library to exit codes and hints, in one place.

use std::fmt::{self, Display};

use super::Code;
use crate::container::Refusal;
use crate::eval::{ErrorKind, EvalError};
use crate::reconcile::ReconcileError;
use crate::ui::DIM;

/// Why a command ended early: the code, what to say, and what to do about it.
#[derive(Debug)]
pub(super) struct Failure {
    pub code: Code,
    /// Nix ended by a signal while it worked on the configuration.
    pub is_nix_killed: bool,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(message: impl Display) -> Self {
        Self {
            code: Code::Failed,
            is_nix_killed: false,
            message: message.to_string(),
            hints: Vec::new(),
        }
    }

    /// With another exit code.
    pub fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// With a sentence on what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.trim_end())?;
        for hint in &self.hints {
            write!(f, "\n{DIM}hint:{DIM:#} {hint}")?;
        }
        Ok(())
    }
}

/// Errors that mean just «failed»: the message says what, where, what to do.
macro_rules! plain_failures {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        }
    )*};
}

plain_failures!(
    crate::generation::ProfileError,
    crate::generation::SelectorError,
    crate::home::HomeError,
    crate::home::LockError,
    crate::hook::MemoryError,
    crate::import::ImportError,
    crate::manifest::IndexError,
    crate::reconcile::BackupError,
    crate::state::StateError,
    crate::store::local::LocalError,
    crate::store::NixError,
    crate::tree::diff::DiffError,
    crate::ui::AskError,
);

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let failure = Self::new(&refusal);
        refusal.remedies.into_iter().fold(failure, Self::hint)
    }
}

impl From<ReconcileError> for Failure {
    fn from(error: ReconcileError) -> Self {
        let ReconcileError::Conflicts(plan) = &error else {
            return Self::new(error);
        };
        // They came up after the plan was shown: another program was at work.
        let mut failure = Self::new(&error).code(Code::Conflicts);
        for conflict in plan.open_conflicts() {
            failure = failure.hint(format!(
                "{}\n  {}",
                conflict.message(),
                conflict.kind.remedy()
            ));
        }
        failure
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let code = match error.kind {
            ErrorKind::Configuration | ErrorKind::Missing | ErrorKind::Build => Code::Evaluation,
            ErrorKind::Machine | ErrorKind::Killed | ErrorKind::Builder => Code::Failed,
        };
        Self {
            is_nix_killed: error.kind == ErrorKind::Killed,
            ..Self::new(error).code(code)
        }
    }
}
