//! Observe, plan, apply: the swap of the home.
//!
//! [`plan_for`] looks at the home and plans, reading only; [`apply`] carries a
//! plan out, and its documentation has the argument for its order; [`switch`]
//! is both, tried again when another program interferes. [`ConflictKind`] and
//! [`DriftKind`] are the catalogues of what can be in the way.

mod adopt;
mod adopt_copy;
mod apply;
mod aside;
mod backups;
mod bridge;
mod clear_roots;
mod conflict;
mod directories;
mod discard;
mod drift;
mod error;
mod examine;
mod examine_inside;
mod expire;
mod files;
mod finding;
mod finish;
mod fold;
mod in_force;
mod inside;
mod inside_look;
mod inside_put;
mod journal;
mod keep;
mod left;
mod mend;
mod mounts;
mod observe;
mod observed;
mod once;
mod pivot;
mod plan;
mod planner;
mod planner_routes;
mod predecessor;
mod readopt;
mod records;
mod recover;
mod reserve;
mod resolve;
mod restore;
mod roots;
mod routes;
mod run;
mod same;
mod settle;
mod stage;
mod sweep;
mod switch;
mod sync;
mod tidy;
mod transit;
mod undo;
mod union;
mod verify;
mod wipe;
mod work;

#[cfg(test)]
mod tests;

pub use apply::{Done, Registered, apply};
pub use backups::{Backup, BackupError, BackupKind, Backups};
pub use conflict::{Conflict, ConflictKind};
pub use drift::{Drift, DriftKind};
pub use error::ReconcileError;
pub use examine::{examine_links, examine_state};
pub use expire::{Expire, Expired};
pub use files::unsure_files;
pub use finding::{Finding, FindingKind};
pub use in_force::in_force;
pub use mend::{mend, set_journal_aside, turn_anchor};
pub use observe::observe;
pub use observed::Observed;
pub use plan::{Counts, Plan, plan};
pub use predecessor::{left_by_home_manager, remove_empty_above, remove_home_managers};
pub use recover::{Interrupted, Recovered, interrupted, recover};
pub use routes::{Condition, Keep, Routed, Synced, add_route, resolve_route, routes, sync_routes};
pub use switch::{Way, plan_for, switch};
pub use sync::sync_filesystem_of;
pub use tidy::tidy;
pub use verify::verify;
pub use wipe::{Stayed, Why, Wiped, wipe};
