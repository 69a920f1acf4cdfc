//! Why a run stopped.

use std::path::PathBuf;

use thiserror::Error;

use super::plan::Plan;
use crate::home::HomeError;
use crate::manifest::HomePath;
use crate::state::StateError;

/// Why the home was not switched. In every case but [`Self::NotUndone`] the
/// anchor is where it was, and what the run had begun is undone.
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
    /// A filesystem is mounted at the path.
    #[error(
        "~/{0} is a mount point, which cannot be moved away; nothing was changed\n  unmount it, \
         or choose another target for what is declared there"
    )]
    MountPoint(HomePath),
    /// What is mounted at the path, which is to go, is in use.
    #[error(
        "~/{0} is a mount that is to go, and a program uses it; nothing was changed\n  leave \
         that directory in every shell and end what has files open there (`lsof +D {place}` lists \
         it), then run the command again", place = .1.display()
    )]
    MountBusy(HomePath, PathBuf),
    /// The filesystem does not let the directory be moved, though it stays on
    /// the same mount.
    #[error(
        "the filesystem of ~/{0} cannot move it, though it would stay on the same mount; nothing \
         was changed\n  {LOWER_LAYER}"
    )]
    CannotMove(HomePath),
    /// What is to be persisted is written to all the time.
    #[error(
        "~/{0} is written to by another program all the time, so that no whole copy of it could \
         be made in the persistent directory; nothing was switched\n  end that program and run the \
         command again"
    )]
    InMotion(HomePath),
    /// A persisted path is not what the command is for.
    #[error("~/{0} {1}")]
    Route(HomePath, String),
    /// A persistent directory cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal of a run that was cut off cannot be read.
    #[error(
        "the journal {} is damaged, so it is not known what a run that was cut off has \
         changed; nothing was done\n  `nhmt doctor` shows what there is, and what can be done", .0.display()
    )]
    DamagedJournal(PathBuf),
    /// The journal was written by a later version, in a format of its own.
    #[error(
        "a run of nhmt {version} was cut off, and its journal cannot be read by this version; \
         nothing was done\n  run a command of that one, which takes it up: `{} doctor --repair`", program.display()
    )]
    LaterJournal {
        /// The executable that wrote it.
        program: PathBuf,
        /// Its version.
        version: String,
    },
    /// A run failed, or was cut off, and not all of it could be taken back or
    /// finished. The journal stays.
    #[error(
        "{cause}{}\n  the rest stays as it is until then: correct that, and the next command goes on with it",
        list(.problems)
    )]
    NotUndone {
        /// Why the run failed, or what was being done.
        cause: String,
        /// What could not be done, one sentence each.
        problems: Vec<String>,
    },
    /// The system refused.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// What helps where a filesystem cannot move something.
const LOWER_LAYER: &str = "on an overlay filesystem a directory of the lower layer cannot be \
    renamed: make a copy of it (`cp -a`), which lies in the upper layer, put that in its place, \
    and run the command again";

/// The error where a filesystem cannot move what is at `path`, though it would
/// stay on the same mount.
pub(super) fn cannot_move(path: &HomePath) -> HomeError {
    HomeError {
        action: "move away",
        place: format!("~/{path}"),
        source: std::io::Error::other(format!(
            "its filesystem cannot, though it would stay on the same mount\n  {LOWER_LAYER}"
        )),
    }
}

impl ReconcileError {
    /// The sentence for what came after the pivot, where nothing is taken back
    /// any more.
    pub(super) fn after_pivot(&self) -> String {
        match self {
            Self::Changed(path) => format!(
                "~/{path} was changed by another program meanwhile, and was left as it is; \
                 everything else is switched\n  run the command again when that program is done"
            ),
            Self::MountPoint(path) => format!(
                "~/{path} is a mount point, which cannot be moved away, and was left as it is; \
                 everything else is switched\n  unmount it, and run the command again"
            ),
            Self::CannotMove(path) => format!(
                "the filesystem of ~/{path} cannot move it, though it would stay on the same \
                 mount, and it was left as it is; everything else is switched\n  {LOWER_LAYER}"
            ),
            other => other.to_string(),
        }
    }
}

fn in_the_way(plan: &Plan) -> String {
    match plan.open_conflicts().count() {
        1 => "1 path is".to_owned(),
        n => format!("{n} paths are"),
    }
}

fn list(problems: &[String]) -> String {
    problems.iter().flat_map(|one| ["\n  ", one]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_pivot_nothing_says_that_nothing_was_done() {
        let path = || HomePath::new("d/x").unwrap();
        for error in [
            ReconcileError::Changed(path()),
            ReconcileError::MountPoint(path()),
            ReconcileError::CannotMove(path()),
        ] {
            let (before, after) = (error.to_string(), error.after_pivot());
            assert!(before.contains("nothing was"), "{before}");
            assert!(!after.contains("nothing was"), "{after}");
            assert!(after.contains("everything else is switched"), "{after}");
            assert!(
                after.contains("~/d/x") && after.contains("run the command again"),
                "{after}"
            );
        }
        let overlay = ReconcileError::CannotMove(path());
        assert!(
            overlay.to_string().contains("lower layer")
                && overlay.after_pivot().contains("lower layer")
        );
    }
}
