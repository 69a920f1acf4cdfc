//! Long texts, a screen at a time.

use std::env;
use std::io::{self, IsTerminal, Seek, Write};
use std::process::{Command, Stdio};

use anstream::AutoStream;

use super::interrupt;
use crate::ui::Ui;

/// Shows `text` on standard output: by `$NHMT_PAGER`, `$PAGER` or `less` when
/// that is a terminal, as git does. An empty one means none.
pub(super) fn show(ui: Ui, text: &str) {
    if !io::stdout().is_terminal() || !page(text) {
        ui.result(text);
    }
}

/// Whether a pager could be had.
fn page(text: &str) -> bool {
    let set = |name| env::var(name).ok();
    let pager = set("NHMT_PAGER")
        .or_else(|| set("PAGER"))
        .unwrap_or_else(|| "less".to_owned());
    if pager.is_empty() || pager == "cat" {
        return false;
    }
    // From a file: a person who leaves before the end breaks no pipe.
    let file = || -> io::Result<_> {
        let mut file = tempfile::tempfile()?;
        let choice = AutoStream::choice(&io::stdout());
        writeln!(AutoStream::new(&mut file, choice), "{text}")?;
        file.rewind()?;
        Ok(file)
    };
    let Ok(file) = file() else {
        return false;
    };
    let mut command = Command::new("sh");
    command.arg("-c").arg(&pager).stdin(Stdio::from(file));
    if env::var_os("LESS").is_none() {
        // What fits on a screen is left there, and colours are colours.
        command.env("LESS", "FRX");
    }
    // 127 and 126: the shell found none, or could not start it.
    interrupt::leave_to(&mut command, None)
        .is_ok_and(|status| !matches!(status.code(), Some(126 | 127)))
}
