//! Tests over scratch homes: [`apply`](super::apply()) as its documentation
//! argues, case by case, as a model, and against other programs.

mod backups;
mod cases;
mod conflicts;
mod copies;
mod exact;
mod exact_files;
mod exact_routes;
#[path = "../../../tests/support/filesystem.rs"]
pub(in crate::reconcile) mod filesystem;
mod inside;
mod inside_moments;
mod model;
mod moments;
#[cfg(target_os = "linux")]
mod mount_moments;
mod mounts;
mod plan;
mod race;
mod recover;
mod scratch;
mod state;
mod state_asked;
mod state_killed;
mod undo;
