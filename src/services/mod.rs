//! Units of the user's systemd, brought to what a switch of the home changed:
//! what is gone stops, what changed restarts or reloads, and what is new and
//! wanted starts.
//!
//! [`Units`] are those of one home tree, [`plan`] is a pure function of two of
//! them and of what the manager says, and [`Manager`] is that manager, by
//! systemctl(1). Which keys of a unit decide is said at [`Unit::method`].

mod manager;
mod plan;
mod unit;
mod units;

pub use manager::{Manager, Waited};
pub use plan::{Plan, State, plan};
pub use unit::{Difference, Method, Unit};
pub use units::{Changes, Units};
