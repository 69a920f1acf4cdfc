//! Why a run stopped.

use thiserror::Error;

use super::plan::Plan;
use crate::home::HomeError;
use crate::manifest::HomePath;

/// Why the home was not switched. In every case the anchor is where it was,
/// and what the run had begun is undone.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// Something is in the way; nothing was written.
    #[error("{} in the way; nothing was changed", in_the_way(.0))]
    Conflicts(Box<Plan>),
    /// Somebody changed this path while the run was on its way.
    #[error(
        "~/{0} was changed by another program meanwhile; nothing was switched\n  run the \
         command again when that program is done"
    )]
    Changed(HomePath),
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}

fn in_the_way(plan: &Plan) -> String {
    match plan.open_conflicts().count() {
        1 => "1 path is".to_owned(),
        n => format!("{n} paths are"),
    }
}
