//! What happens while Nix works, for whoever shows it.

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Nix evaluates the configuration.
    Evaluating,
    /// A derivation is being built.
    Building {
        /// How many are done.
        done: u64,
        /// How many there are, as far as Nix knows by now.
        total: u64,
        /// The name of the one that just started; empty when one just ended.
        name: String,
    },
    /// Something is copied or downloaded.
    Copying {
        /// What, in Nix's words.
        text: String,
    },
    /// A line that a builder printed.
    Log {
        /// The derivation's name.
        name: String,
        /// The line, without colours.
        line: String,
    },
    /// Something the user should read.
    Message {
        /// How bad it is.
        severity: Severity,
        /// What, without colours; may have several lines.
        text: String,
    },
}

/// How bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// From the configuration's `warnings`, or from Nix.
    Warning,
    /// From `builtins.trace` in the configuration.
    Trace,
    /// Anything else.
    Note,
}
