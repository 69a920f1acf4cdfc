//! Why secrets could not be decrypted.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::home::HomeError;

/// Why the secrets of a home could not be made. What they hold is in no message.
#[derive(Debug, Error)]
pub enum SecretError {
    /// There is no directory that they may lie in.
    #[error("there is no directory in memory for secrets: {}", reasons.join(", and "))]
    NoDirectory {
        /// Why not, for each that was tried.
        reasons: Vec<String>,
    },
    /// Some could not be decrypted.
    #[error("{}", lines(.problems))]
    Undecryptable {
        /// Each of them.
        problems: Vec<Problem>,
        /// What was tried, and what came of it.
        identities: Vec<String>,
    },
    /// One cannot be read in the tree.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The encrypted file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What a secret holds does not go where it belongs.
    #[error("\"{target}\": {problem}")]
    Fill {
        /// The managed path.
        target: String,
        /// Why not.
        problem: String,
    },
    /// The terminal failed, or the person gave up.
    #[error("no passphrase was given: {0}")]
    Ask(std::io::Error),
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// A secret that could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub name: String,
    /// Why not.
    pub cause: Cause,
}

/// Why a secret could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It is encrypted for others.
    NoIdentity,
    /// Its bytes are not those that were written.
    Tampered,
    /// It is no file of age's.
    NotAge,
    /// It needs the passphrase of this, and nobody can be asked.
    NoTerminal(String),
    /// The passphrase of this was not right.
    WrongPassphrase(String),
    /// Its passphrase is protected by too much work.
    TooMuchWork,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret `{}` cannot be decrypted: ", self.name)?;
        match &self.cause {
            Cause::NoIdentity => f.write_str("it is encrypted for none of the identities"),
            Cause::Tampered => {
                f.write_str("the file was changed after it was encrypted, or is cut off")
            }
            Cause::NotAge => f.write_str("the file is not encrypted by age, or is damaged"),
            Cause::NoTerminal(what) => {
                write!(f, "it needs the passphrase of {what}, and there is no terminal to ask on")
            }
            Cause::WrongPassphrase(what) => write!(f, "the passphrase of {what} was wrong"),
            Cause::TooMuchWork => f.write_str(
                "its passphrase is protected by more work than this machine does in reasonable time",
            ),
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
    all.join("\n")
}

impl SecretError {
    /// What a person can do.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoDirectory { .. } => vec![
                "log in by a session that has one, or name one with `nhmt.secrets.directory` (`secrets.directory` in a manifest)".to_owned(),
            ],
            Self::Undecryptable { problems, identities } => {
                let mut hints = Vec::new();
                let any = |is: fn(&Cause) -> bool| problems.iter().any(|one| is(&one.cause));
                if any(|cause| *cause == Cause::NoIdentity) {
                    hints.extend(identities.iter().cloned());
                    hints.push("encrypt it for one of them (`age -R ~/.ssh/id_ed25519.pub`), or name others with `nhmt.secrets.identities`".to_owned());
                }
                if any(|cause| matches!(cause, Cause::NoTerminal(_))) {
                    hints.push("run `nhmt secrets decrypt` in a terminal".to_owned());
                }
                if any(|cause| matches!(cause, Cause::Tampered | Cause::NotAge)) {
                    hints.push("take the file from where it was written, or encrypt it anew".to_owned());
                }
                hints
            }
            _ => Vec::new(),
        }
    }
}
