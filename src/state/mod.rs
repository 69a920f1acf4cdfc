//! Persisted paths: places in a persistent directory ("root") that paths of
//! the home are routed to, so that the home itself may go.
//!
//! [`root`] opens and makes roots, [`memory`] is what they remember, [`look`]
//! says how a route is found. [`publish`], [`follow`] and [`record`] bring
//! data from another mount there. [`at_risk`] finds what is not persisted.
//! Nothing here changes a home.

pub mod at_risk;
mod error;
mod follow;
mod look;
mod memory;
mod publish;
mod record;
mod record_text;
mod root;

pub use error::StateError;

pub(crate) use follow::{follow, shown};
pub(crate) use look::{
    Looker, Seen, There, data_behind, direct, has_data_in, is_direct_to, look, place_of_direct,
};
pub(crate) use memory::Routes;
pub(crate) use publish::{Published, free, publish, unpublish};
pub(crate) use record::{Record, tag};
pub(crate) use root::{Owner, Root, RootLock, make_one};
