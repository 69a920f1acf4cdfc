//! Chooses, before anything is touched, where everything that comes out of the
//! home goes: a place in the backups when that is on the same mount, else a
//! name in a private folder beside it. Only looks.

use std::collections::BTreeSet;
use std::path::Path;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use super::apply::Registered;
use super::error::ReconcileError;
use super::journal::{Escaped, Expected, FreshKind, Journal, Move, Place};
use super::plan::{Fresh, InsteadOf, Placement, Plan};
use super::run::Run;
use super::transit::Locked;
use crate::home::dir::Dir;
use crate::home::{AtPlace, os};
use crate::manifest::HomePath;

impl Run<'_> {
    /// The inventory of what `plan` does.
    pub(super) fn reserve(
        &self,
        plan: &Plan,
        new_tree: &Path,
        registered: &Registered<'_>,
    ) -> Result<Journal, ReconcileError> {
        let (number, fresh) = (registered.number, registered.fresh);
        let mut journal = Journal::new(number, fresh, new_tree, self.work.name());
        journal.old_tree = self.home.current_tree()?.map(Escaped);
        journal.moves = self.moves(plan, 0)?;
        if plan.needs_bridge() {
            journal.bridge = Some(self.free_bridge()?);
        }
        let directories: BTreeSet<_> = plan.before.iter().flat_map(directories_of).collect();
        journal.directories = directories.into_iter().map(Escaped).collect();
        Ok(journal)
    }

    /// The moves of `plan`; the names of their slots start after `known`.
    pub(super) fn moves(&self, plan: &Plan, known: usize) -> Result<Vec<Move>, ReconcileError> {
        let before = plan.before.iter().map(|one| (one, false));
        let after = plan.after.iter().map(|one| (one, true));
        before
            .chain(after)
            .enumerate()
            .map(|(at, (placement, after))| self.choose(placement, after, known + at + 1))
            .collect()
    }

    fn choose(
        &self,
        placement: &Placement,
        after: bool,
        number: usize,
    ) -> Result<Move, ReconcileError> {
        let path = &placement.path;
        let dir = self.parent(path)?;
        let expected = match placement.instead_of {
            InsteadOf::Nothing => Expected::Nothing,
            InsteadOf::OwnLink | InsteadOf::Renamed(_) => Expected::OwnLink,
            InsteadOf::OwnDirectory => Expected::OwnDirectory,
            InsteadOf::Foreign { .. } => Expected::Foreign,
        };
        let locked = match dir.stat(path.name()) {
            Err(Errno::NOENT) => None,
            stat => {
                let stat = stat.at("look at", path)?;
                refuse_mount_point(&dir, path, &stat)?;
                Locked::of(&stat)
            }
        };
        let near = self.work.is_near(&dir).at("look at", path)?;
        let set = match expected {
            Expected::Foreign => Some(self.keeper.choose(path).at("make room to back up", path)?),
            _ => None,
        };
        let (slot, backup) = match (near, set) {
            (true, Some(set)) => (Place::Backup(set), None),
            (true, None) => (Place::Work(number.to_string()), None),
            (false, set) => (Place::Beside(number.to_string()), set),
        };
        Ok(Move {
            path: Escaped(path.clone()),
            after,
            fresh: match placement.fresh {
                Fresh::Link => FreshKind::Link,
                Fresh::Directory(_) => FreshKind::Directory,
            },
            expected,
            was: match &placement.instead_of {
                InsteadOf::Renamed(was) => Some(Escaped(was.clone())),
                _ => None,
            },
            slot,
            backup,
            locked,
        })
    }

    fn free_bridge(&self) -> Result<String, ReconcileError> {
        for number in 1_u32.. {
            let name = format!("bridge-{number}");
            match self.state.stat(os(&name)) {
                Ok(_) => {}
                Err(Errno::NOENT) => return Ok(name),
                Err(errno) => return Err(errno).at_path("look at", self.home.layout().state())?,
            }
        }
        Err(Errno::EXIST).at_path("write to", self.home.layout().state())?
    }
}

/// The directories that are made for `placement`, before the pivot.
fn directories_of(placement: &Placement) -> Vec<HomePath> {
    let Fresh::Directory(leaves) = &placement.fresh else {
        return Vec::new();
    };
    let top = &placement.path;
    let mut all = vec![top.clone()];
    for leaf in leaves {
        all.extend(leaf.ancestors().filter(|dir| dir.is_below(top)));
    }
    all
}

/// A mount point cannot be renamed, so that is said before anything is tried.
pub(super) fn refuse_mount_point(
    dir: &Dir,
    path: &HomePath,
    stat: &Stat,
) -> Result<(), ReconcileError> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Ok(());
    }
    let mounts = dir.open(path.name()).and_then(|inside| inside.mount());
    match (mounts, dir.mount()) {
        (Ok(inside), Ok(outside)) if inside != outside => {
            Err(ReconcileError::MountPoint(path.clone()))
        }
        // A directory that may not be read is moved without looking into it.
        _ => Ok(()),
    }
}
