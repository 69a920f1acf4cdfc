//! What people see: results on standard output, everything else on standard
//! error, colour and progress only on a terminal.

mod age;
mod ask;
mod passphrase;
mod progress;
mod size;
mod style;
mod table;
mod time;

pub use age::age;
pub use ask::{AskError, answer, confirm};
pub use passphrase::{passphrase, restore_terminal};
pub use progress::Progress;
pub use size::size;
pub use style::{ADDED, BOLD, CHANGED, DIM, ERROR, REMOVED, WARNING};
pub use table::Table;
pub use time::elapsed;

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

/// Why a result did not reach standard output.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Why a result did not reach standard output: a full disk, most often. A
/// script must not take an empty file for an empty result.
#[must_use]
pub fn lost_output() -> Option<&'static io::Error> {
    LOST.get()
}

/// A line on standard error. That nobody can read it, because a log lies on a
/// full disk, must not end a run, as `eprintln!` would.
pub fn complain(text: impl Display) {
    use io::Write;
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// When to colour the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much to say, and whether to whom a person is reading.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ui {
    /// Say nothing but errors.
    pub quiet: bool,
    /// Say more.
    pub verbose: bool,
}

impl Ui {
    /// Sets the colour of both streams for the whole process.
    pub fn choose_color(color: Color) {
        match color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }

    /// A result, on standard output. A reader that closed the pipe early is
    /// no failure of ours; any other failure is kept for [`lost_output`].
    pub fn result(&self, text: impl Display) {
        use io::Write;
        if let Err(error) = writeln!(anstream::stdout(), "{text}")
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let _ = LOST.set(error);
        }
    }

    /// A value for programs, on standard output, written as it goes: it may be
    /// larger than what should be held at once.
    pub fn json(&self, value: &impl serde::Serialize) {
        use io::Write;
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = serde_json::to_writer(&mut out, value)
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush());
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let _ = LOST.set(error);
        }
    }

    /// A sentence for people about a finished run: a result, but one that
    /// `--quiet` drops.
    pub fn summary(&self, text: impl Display) {
        if !self.quiet {
            self.result(text);
        }
    }

    /// Something worth knowing while it happens, on standard error.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            complain(text);
        }
    }

    /// As [`Ui::note`], with `--verbose` only.
    pub fn detail(&self, text: impl Display) {
        if self.verbose && !self.quiet {
            complain(format_args!("{DIM}{text}{DIM:#}"));
        }
    }

    /// Something that may be wrong, on standard error.
    pub fn warning(&self, text: impl Display) {
        if !self.quiet {
            complain(format_args!("{WARNING}warning:{WARNING:#} {text}"));
        }
    }

    /// How many characters a line of the terminal at standard output has; a
    /// file or a pipe has no end.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(size.ws_col.into()).filter(|&columns| columns > 0)
    }

    /// Whether progress bars have a place: a terminal at standard error.
    #[must_use]
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}
