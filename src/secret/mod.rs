//! Secrets: what the home tree has encrypted, decrypted into memory.
//!
//! The tree's links to secrets lead to `state/secrets/SET/NAME`. `state/secrets`
//! is a link to a directory in memory (see [`base`]), and SET is named by all
//! that the secrets of a tree are made of. So each generation has its own set,
//! and the home changes from one to the other with the anchor, at one instant.
//!
//! [`make`] has the set of a tree whole in its place, or changes nothing that
//! anything leads to: it is called before the anchor turns. [`sweep`] removes
//! the sets that are no longer needed, after that.

mod base;
mod decrypt;
mod error;
mod fill;
mod hold;
mod identity;
mod passphrase;
mod set;

pub use error::{Cause, Problem, SecretError};
pub use passphrase::Ask;

use std::path::Path;

use crate::home::{AtPlace, HomeDir, HomeLock, os};
use crate::manifest::{Digest, Manifest, SECRETS, set_name};
use base::Base;
use set::{Set, remove_if_there};

/// The name of the link in the state directory that leads to all sets.
const LINK: &str = "secrets";

/// That link, before it has its name.
const NEXT: &str = "secrets.next";

/// Has the secrets of the home tree at `tree` decrypted and in their place;
/// `set` is what its index has of them. Gives whether they were not there yet.
///
/// # Errors
/// When one cannot be decrypted, or there is no directory in memory. Nothing
/// has changed then.
pub fn make(
    home: &HomeLock,
    tree: &Path,
    manifest: &Manifest,
    set: Digest,
    ask: &mut dyn Ask,
) -> Result<bool, SecretError> {
    let base = Base::settle(home, &manifest.secrets)?;
    let name = set_name(&set);
    let wanted = Set::of(manifest);
    let is_there = wanted.is_there(&base.dir, os(&name));
    let _hold = (!is_there).then(hold::no_core_dumps);
    let files = if is_there {
        None
    } else {
        let held = decrypt::all(home.layout().home(), tree, manifest, ask)?;
        Some(fill::all(manifest, &held)?)
    };
    // Before anything is in the clear there: by the link, later runs find what
    // this one leaves when it is killed.
    base.turn(home)?;
    if let Some(files) = files {
        wanted
            .write(&base, os(&name), &files)
            .at_path("write secrets to", &base.path)?;
    }
    Ok(!is_there)
}

/// The secrets of a tree that are not in their place: their names, and the
/// managed paths into which some are filled.
///
/// # Errors
/// When the system refuses to look.
#[must_use]
pub fn missing(home: &HomeDir, manifest: &Manifest, set: Digest) -> Vec<String> {
    let place = home.layout().home().join(SECRETS).join(set_name(&set));
    let dir = crate::home::dir::Dir::open_path(&place);
    let wanted = Set::of(manifest);
    wanted.missing(dir.ok().as_ref())
}

/// Removes all sets but `keep`, and what killed runs left; the link, too, when
/// there is nothing to keep.
///
/// # Errors
/// When one cannot be removed.
pub fn sweep(home: &HomeLock, keep: Option<Digest>) -> Result<(), SecretError> {
    let keep = keep.map(|set| set_name(&set));
    // After a reboot there is nothing left of it but the link.
    if let Some(base) = Base::current(home)? {
        base.sweep(keep.as_deref())
            .at_path("remove secrets from", &base.path)?;
    }
    let Some(state) = home.state()? else {
        return Ok(());
    };
    let links = [NEXT, LINK].into_iter();
    for link in links.take(if keep.is_none() { 2 } else { 1 }) {
        remove_if_there(state.unlink(os(link)))
            .at_path("remove", home.layout().state().join(link))?;
    }
    Ok(())
}

/// Whether this home has, or had, secrets.
#[must_use]
pub fn has_any(home: &HomeDir) -> bool {
    let state = home.state().ok().flatten();
    state.is_some_and(|state| {
        [LINK, NEXT]
            .iter()
            .any(|link| state.read_link(os(link)).is_ok())
    })
}
