//! A configuration becomes a home tree, by Nix.

mod builder;
mod error;
mod evaluator;
mod event;
mod expression;
mod flake;
mod flake_choice;
mod flake_query;
mod known_flake;
mod library;
mod locate;
mod message;
mod question;
mod repl;
mod run;
mod translate;
mod untracked;
mod working_tree;

pub use error::{ErrorKind, EvalError, Location};
pub use evaluator::{Evaluator, Home, Source, Sources};
pub use event::{Event, Severity};
pub use flake::{flake_around, flake_directory, quoted, reference_of};
pub use question::{Definition, OptionEntry, OptionValue, Question};
pub use run::interrupt;
pub use untracked::make_seen;
