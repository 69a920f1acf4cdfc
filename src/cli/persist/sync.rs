//! `nhmt persist sync`

use std::process::ExitCode;

use super::{index, report};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::reconcile::{self, Synced};

pub(super) fn run(context: &Context) -> Result<ExitCode, Failure> {
    let done = once(context)?;
    let summary = match done.moved.len() {
        0 => "nothing to take back".to_owned(),
        _ => said(&done),
    };
    Ok(report(context, &done, &summary))
}

/// Takes back what programs replaced until now.
pub(super) fn once(context: &Context) -> Result<Synced, Failure> {
    let lock = context.lock()?;
    let index = index(context)?;
    let _whole = interrupt::hold();
    Ok(reconcile::sync_routes(&lock, &index)?)
}

/// What was taken back, as a sentence.
pub(super) fn said(done: &Synced) -> String {
    let paths: Vec<_> = done.moved.iter().map(|path| format!("~/{path}")).collect();
    format!("taken back: {}", paths.join(", "))
}
