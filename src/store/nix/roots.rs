//! Whether Nix still knows a GC root.

use std::fs;
use std::io;
use std::path::Path;

use super::config;
use crate::store::path;

/// Nix keeps a link back to every indirect root, named by the digest of the
/// root's path (Nix's `LocalFSStore::addPermRoot`, and `gcroots/auto` in the
/// Nix manual). What cannot be read is assumed to be in order.
pub(super) fn is_missing(link: &Path) -> bool {
    let state = config::directory(&["NIX_STATE_DIR"], "/nix/var/nix");
    let auto = state.join("gcroots/auto");
    if fs::read_dir(&auto).is_err() {
        return false;
    }
    match fs::read_link(auto.join(path::root_name(link))) {
        Ok(named) => named != link,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
