//! Builds a new directory with its links in a private folder, so that it is
//! put in place whole, by its topmost name.

use std::ffi::OsStr;

use super::sync::Touched;
use super::work::Slot;
use crate::home::dir::Dir;
use crate::home::{AtPlace, HomeDir, HomeError, ancestor};
use crate::manifest::HomePath;

/// Makes the directory `top` at `slot` with the links of `leaves`, which lie
/// below `top` and are sorted. Every directory made is added to `made`.
pub(super) fn stage(
    home: &HomeDir,
    slot: &Slot,
    top: &HomePath,
    leaves: &[HomePath],
    touched: &mut Touched,
    made: &mut Vec<HomePath>,
) -> Result<(), HomeError> {
    let mut open = vec![(top.clone(), make(&slot.dir, &slot.name, top)?)];
    made.push(top.clone());
    let mut target = Vec::new();
    for leaf in leaves {
        let bytes = leaf.as_bytes();
        let end = bytes.len() - leaf.name().len() - 1;
        while open.len() > 1 && !leaf.is_below(&open[open.len() - 1].0) {
            let dir = open.pop().map(|(_, dir)| dir);
            touched.add(dir).at("look at the directory of", leaf)?;
        }
        let mut at = open[open.len() - 1].0.as_bytes().len();
        while at < end {
            let start = at + 1;
            let slash = bytes[start..end].iter().position(|&b| b == b'/');
            at = slash.map_or(end, |i| start + i);
            let path = ancestor(leaf, at);
            let dir = make(&open[open.len() - 1].1, path.name(), &path)?;
            made.push(path.clone());
            open.push((path, dir));
        }
        let dir = &open[open.len() - 1].1;
        dir.symlink(home.target_into(leaf, &mut target), leaf.name())
            .at("make the link", leaf)?;
    }
    for (_, dir) in open {
        touched.add(Some(dir)).at("look at", top)?;
    }
    Ok(())
}

/// The mode for a new directory: as mkdir(1) has it, except for the two that
/// programs refuse to use when others may read them.
pub(super) fn mode_of(path: &HomePath) -> u32 {
    let private = path.name() == ".ssh" || path.name() == ".gnupg";
    if private { 0o700 } else { 0o777 }
}

fn make(parent: &Dir, name: &OsStr, path: &HomePath) -> Result<Dir, HomeError> {
    parent
        .make(name, mode_of(path))
        .and_then(|()| parent.open(name))
        .at("make the directory", path)
}
