//! A question with the answer yes or no.

use std::io::{self, BufRead, IsTerminal, Write};

use thiserror::Error;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody is there to answer.
    #[error(
        "--ask needs a terminal to ask on, and standard input is none; `--dry-run` shows the same and changes nothing"
    )]
    NoTerminal,
    /// The terminal failed.
    #[error("cannot read the answer: {0}")]
    Read(#[from] io::Error),
}

/// Asks on the terminal; anything but `y` and `yes` is a no.
///
/// # Errors
/// When standard input is not a terminal, or cannot be read.
pub fn confirm(question: &str) -> Result<bool, AskError> {
    let answer = answer(&format!("{question} [y/N]"))?;
    Ok(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
}

/// Asks on the terminal for a line of text, which is given without the blanks
/// around it.
///
/// # Errors
/// When standard input is not a terminal, or cannot be read.
pub fn answer(question: &str) -> Result<String, AskError> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(AskError::NoTerminal);
    }
    let mut stderr = io::stderr();
    write!(stderr, "{question} ")?;
    stderr.flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
