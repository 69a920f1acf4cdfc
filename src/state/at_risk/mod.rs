//! What would be lost with a home: neither managed nor persisted.
//!
//! [`Keeps`] says what is not at risk, [`Ignore`] what does not count, and
//! [`Survey::take`] walks through the home. What it found is kept with what
//! tells each file apart, so that `reconcile` can delete just that.

mod entry;
mod groups;
mod ignore;
mod keeps;
mod queue;
mod survey;
#[cfg(test)]
mod tests;
mod walk;

pub use groups::{Group, Single, Sort, Sum};
pub use ignore::Ignore;
pub(crate) use keeps::Keep;
pub use keeps::Keeps;
pub use survey::{Mounted, Survey, Unreadable};
pub use walk::Terms;
