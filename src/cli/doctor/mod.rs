//! `nhmt doctor`

mod examine;
mod repair;
mod session;
mod startup;

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::report::by_remedy;
use crate::reconcile::{Finding, FindingKind};
use crate::ui::{ADDED, CHANGED, DIM, WARNING};

/// Look for what is wrong with this home, and put it right.
///
/// That is nhmt's own affairs: its records, generations, links and hooks.
/// Without `--repair` it only looks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt doctor            say what is wrong, and what to do about it
  nhmt doctor --repair   do what can be done without a decision of yours")]
pub(super) struct Doctor {
    /// Put right what can be put right; what is not nhmt's is never deleted
    #[arg(long)]
    repair: bool,
}

/// So often it is repaired and looked again at most.
const ROUNDS: usize = 3;

/// Exits with 1 when something is left that is wrong.
pub(super) fn run(context: &Context, args: &Doctor) -> Result<ExitCode, Failure> {
    let mut found = examine::all(context)?;
    let mut repaired = Vec::new();
    let mut problems = Vec::new();
    // What a run left is looked at when that run was taken up.
    for _ in 0..ROUNDS {
        // Only the nhmt that wrote a journal knows what it says.
        let is_later = found
            .iter()
            .any(|one| one.kind == FindingKind::JournalTooNew);
        if !args.repair || is_later || !found.iter().any(|one| one.kind.is_repairable()) {
            break;
        }
        problems = repair::all(context, &found)?;
        // A second look decides, not what was tried.
        let before = std::mem::replace(&mut found, examine::all(context)?);
        let same = before == found;
        repaired.extend(before.into_iter().filter(|one| !found.contains(one)));
        if same {
            break;
        }
    }
    let is_journal = |one: &Finding| {
        matches!(
            one.kind,
            FindingKind::JournalTooNew | FindingKind::JournalDamaged
        )
    };
    if args.repair && !found.iter().any(is_journal) {
        // It clears what is no finding, such as unfinished files.
        context.lock()?;
    }
    let (advice, wrong): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| one.kind.is_advice());
    if context.json() {
        context.ui.result(json!({
            "healthy": wrong.is_empty(),
            "findings": wrong.iter().chain(&advice).collect::<Vec<_>>(),
            "repaired": repaired,
            "problems": problems,
        }));
        return Ok(code(&wrong));
    }
    for one in &repaired {
        let message = one.message();
        context
            .ui
            .result(format_args!("{ADDED}repaired:{ADDED:#} {message}"));
    }
    for problem in &problems {
        context.ui.warning(problem);
    }
    tell(context, &wrong, "!");
    tell(context, &advice, "-");
    if wrong.is_empty() {
        context.ui.summary(if advice.is_empty() {
            "nothing is wrong"
        } else {
            "nothing is wrong; the above is advice"
        });
    }
    Ok(code(&wrong))
}

fn code(wrong: &[Finding]) -> ExitCode {
    ExitCode::from(u8::from(!wrong.is_empty()))
}

/// The findings with what to do about them, each remedy once.
fn tell(context: &Context, findings: &[Finding], mark: &str) {
    let style = if mark == "!" { WARNING } else { CHANGED };
    for (remedy, members) in by_remedy(findings, |one| one.kind.remedy()) {
        for one in members {
            let message = one.message();
            context
                .ui
                .result(format_args!("{style}{mark}{style:#} {message}"));
        }
        context.ui.result(format_args!("  {DIM}{remedy}{DIM:#}"));
    }
}

/// A finding on a file of nhmt's own.
fn on_path(kind: FindingKind, path: &std::path::Path) -> Finding {
    Finding::new(kind, path.display().to_string())
}
