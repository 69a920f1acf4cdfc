//! Sessions of the user's systemd.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::Outcome;

static SESSION: Mutex<()> = Mutex::new(());

/// Runs `command`, in which there is a session, while no other one is there:
/// who may make control groups gives those of each session the same names, so
/// that one which ends kills the processes of another.
pub fn run_alone(command: &mut Command) -> Outcome {
    let _alone = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    Outcome::of(command)
}
