//! nhmt builds a whole `$HOME` as one store path and swaps it in by one rename.
//!
//! The rooms, and which may call which (arrows point one way; `cli` calls
//! everything):
//!
//! | module | what it does | knows |
//! | --- | --- | --- |
//! | [`manifest`] | the contract between Nix and Rust, and the index of a home tree | nothing |
//! | [`edit`] | declared keys and blocks in texts that others own | `manifest` |
//! | [`home`] | where things lie in a home, its lock, descriptor-relative access | `manifest` |
//! | [`tree`] | a manifest becomes a home tree; packages become one environment | `manifest` |
//! | [`store`] | store paths, Nix's commands, the local store | `manifest`, `ending` |
//! | [`eval`] | a configuration becomes a home tree, by Nix | `manifest`, `store`, `ending` |
//! | [`generation`] | numbered profile links, GC roots | `manifest`, `home`, `store` |
//! | [`state`] | persisted paths and the directories they lead to, and what would be lost with a home | `manifest`, `home` |
//! | [`reconcile`] | observe, plan, apply: the swap of `$HOME` | `manifest`, `home`, `edit`, `state` |
//! | [`hook`] | commands that run when the home has switched | `manifest` |
//! | [`secret`] | secrets, decrypted into memory | `manifest`, `home`, `tree` |
//! | [`services`] | units of systemd that a switch starts, stops and restarts | nothing |
//! | [`import`] | what other tools keep in a home, as a configuration | `manifest`, `edit`, `store`, `tree`, `ending` |
//! | [`container`] | a throwaway home, by bubblewrap | nothing |
//! | [`ending`] | what an end by a signal waits for, and what it removes | nothing |
//! | [`ui`] | progress, colour, tables | nothing |
//! | [`cli`] | arguments; one file per command | everything |

pub mod cli;
pub mod container;
pub mod edit;
pub mod ending;
pub mod eval;
pub mod generation;
pub mod home;
pub mod hook;
pub mod import;
pub mod manifest;
pub mod reconcile;
pub mod secret;
pub mod services;
pub mod state;
pub mod store;
pub mod tree;
pub mod ui;
