//! The few colours, by meaning. `{ADDED}…{ADDED:#}` switches one on and off.

use anstyle::{AnsiColor, Style};

/// What is new.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// What goes away.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// What is different.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// A heading, or the line that matters.
pub const BOLD: Style = Style::new().bold();
/// What can be passed over.
pub const DIM: Style = Style::new().dimmed();
/// The word before an error.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word before a warning.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
