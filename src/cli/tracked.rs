//! What nhmt writes into a flake, for git to know of.

use std::path::PathBuf;

use crate::eval;
use crate::ui::Ui;

/// Has git know of `files` in the flake `reference`, when that sees only what
/// git tracks, and says so.
pub(super) fn make_seen(ui: Ui, reference: &str, files: &[PathBuf]) -> Result<(), String> {
    if eval::make_seen(reference, files)? {
        ui.note("told git of what is new (`git add --intent-to-add`): a flake sees nothing else");
    }
    Ok(())
}
