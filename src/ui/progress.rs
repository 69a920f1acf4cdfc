//! One line of progress on a terminal, nothing elsewhere.

use std::fmt::Display;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;

/// A spinner with a message; it goes away when dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts it, hidden when nobody watches standard error.
    ///
    /// # Panics
    /// Never: the template is a constant.
    #[must_use]
    pub fn start(ui: Ui, message: &'static str) -> Self {
        let bar = if ui.shows_progress() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        };
        let template = "{spinner:.cyan} {msg} {elapsed:.dim}";
        bar.set_style(ProgressStyle::with_template(template).expect("a constant template parses"));
        bar.set_message(message);
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(80));
        }
        Self { bar }
    }

    /// What is going on now.
    pub fn set(&self, message: String) {
        self.bar.set_message(message);
    }

    /// Prints a line above the spinner, on standard error.
    pub fn line(&self, text: impl Display) {
        self.bar.suspend(|| super::complain(text));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
