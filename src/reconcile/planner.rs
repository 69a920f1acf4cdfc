//! The cases of [`super::plan()`].

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::conflict::ConflictKind;
use super::drift::DriftKind;
use super::fold::Twins;
use super::inside::InsideStep;
use super::observed::{Found, FoundKind, Mark, Observed};
use super::plan::{Fresh, InsteadOf, Placement, Plan};
use super::union::{Pair, Union, has_below};
use crate::home::STATE;
use crate::manifest::{Escaped, HomePath, Index, OnConflict};

pub(super) struct Planner<'a> {
    pub(super) old: &'a Index,
    pub(super) new: &'a Index,
    pub(super) observed: &'a Observed,
    policy: OnConflict,
    pub(super) plan: Plan,
    /// A path whose content below is dealt with by the path itself.
    pub(super) covered: Option<HomePath>,
    /// An obstacle with an open conflict: one message for all leaves below.
    blocked: Option<HomePath>,
    /// Where the leaves of a staged directory are collected.
    group: Option<Group>,
    twins: Twins,
}

#[derive(Clone, Copy)]
struct Group {
    after: bool,
    at: usize,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        old: &'a Index,
        new: &'a Index,
        observed: &'a Observed,
        policy: OnConflict,
    ) -> Self {
        Self {
            old,
            new,
            observed,
            policy,
            plan: Plan::default(),
            covered: None,
            blocked: None,
            group: None,
            twins: if observed.folds_case {
                Twins::of(old, new)
            } else {
                Twins::default()
            },
        }
    }

    pub(super) fn plan(mut self) -> Plan {
        for (pair, mark) in Union::of(self.old, self.new).zip(&self.observed.marks) {
            if pair.new.is_none() && self.is_inside(pair.path) {
                continue;
            }
            if let Some(covered) = &self.covered {
                if pair.path.is_below(covered) {
                    self.plan.counts.removed += usize::from(pair.new.is_none());
                    continue;
                }
                self.covered = None;
            }
            if pair.new.is_some() {
                self.wanted(pair, *mark);
            } else if !self.end_of_route(pair, *mark) {
                self.unwanted(pair.path, *mark);
            }
        }
        let made = self.observed.made.inside_out();
        let mounted = &self.observed.mounted;
        let made = made.filter(|dir| !has_below(self.new, dir) && !mounted.contains(dir));
        for dir in made {
            let step =
                InsideStep::leave(dir, self.new).or_else(|| InsideStep::leave(dir, self.old));
            match step {
                Some(step) => self.plan.leave_inside.push(step),
                None => self.plan.leave.push(dir.clone()),
            }
        }
        self.plan
    }

    /// A leaf of the new generation.
    fn wanted(&mut self, pair: Pair<'_>, mark: Mark) {
        let path = pair.path;
        if is_own_state(path) {
            self.plan
                .add_conflict(path, ConflictKind::OwnState, path, None, false);
            self.covered = Some(path.clone());
            return;
        }
        if let Some(other) = self.twins.clash(path) {
            let detail = Some(format!("the other is ~/{other}"));
            self.plan
                .add_conflict(path, ConflictKind::SameName, path, detail, false);
            return;
        }
        if self.route(pair, mark) {
            return;
        }
        let drifted = mark != Mark::Ours && pair.old.is_some();
        let in_place = mark == Mark::Ours && !self.is_to_be_mounted(pair);
        let changed = self.count(pair, in_place);
        if drifted {
            let kind = match mark {
                Mark::Absent | Mark::NoParent => DriftKind::Missing,
                Mark::Below => DriftKind::ParentReplaced,
                _ if self.was_mounted(pair) => DriftKind::Unmounted,
                _ => drift_kind(self.observed.found.get(path)),
            };
            self.plan.add_drift(path, kind, true);
        }
        match mark {
            Mark::Ours if changed => self.plan.relink.push(path.clone()),
            Mark::Ours => {}
            Mark::Absent => self.plan.links.push(path.clone()),
            Mark::NoParent => self.in_new_directory(path),
            Mark::Below => self.below_obstacle(pair),
            Mark::Odd => self.instead_of_found(pair),
        }
    }

    /// Counts a leaf of the new generation; gives whether its content changed.
    pub(super) fn count(&mut self, pair: Pair<'_>, in_place: bool) -> bool {
        let changed = match (pair.old, pair.new) {
            (Some(old), Some(new)) => (old.digest, old.kind) != (new.digest, new.kind),
            _ => false,
        };
        let counts = &mut self.plan.counts;
        match pair.old {
            // A link that is there already, left by a run that was cut off.
            None if in_place => counts.unchanged += 1,
            None if self.old.get(pair.path).is_some() => counts.changed += 1,
            None => counts.created += 1,
            Some(_) if changed => counts.changed += 1,
            Some(_) if !in_place => counts.repaired += 1,
            Some(_) => counts.unchanged += 1,
        }
        changed
    }

    /// A leaf of the old generation alone.
    fn unwanted(&mut self, path: &HomePath, mark: Mark) {
        self.plan.counts.removed += 1;
        if self.twins.lives_on(path) {
            return;
        }
        let becomes_directory = has_below(self.new, path);
        match mark {
            Mark::Absent | Mark::NoParent => {}
            Mark::Below => self.plan.add_drift(path, DriftKind::ParentReplaced, false),
            Mark::Ours if becomes_directory => {
                self.place_directory(path, InsteadOf::OwnLink, true);
            }
            Mark::Ours => self.plan.stale.push(path.clone()),
            Mark::Odd => match self.observed.found.get(path) {
                Some(found) if found.kind == FoundKind::OwnLink => {
                    if becomes_directory {
                        self.place_directory(path, InsteadOf::OwnLink, true);
                    } else {
                        self.plan.stale.push(path.clone());
                    }
                }
                // A file gives way to the directory that is wanted there; a
                // directory is used as it is.
                found => {
                    let gives_way = becomes_directory && !found.is_some_and(is_directory);
                    self.plan.add_drift(path, drift_kind(found), gives_way);
                }
            },
        }
    }

    /// Something is where the link of a leaf belongs.
    fn instead_of_found(&mut self, pair: Pair<'_>) {
        let path = pair.path;
        let Some(found) = self.observed.found.get(path) else {
            return;
        };
        let (kind, detail) = match &found.kind {
            FoundKind::OwnLink => {
                let instead_of = match self.twins.was(path) {
                    Some(was) => InsteadOf::Renamed(was.clone()),
                    None => InsteadOf::OwnLink,
                };
                return self.place_link(path, instead_of);
            }
            FoundKind::Directory { foreign: None } => {
                self.covered = Some(path.clone());
                return self.place_link(path, InsteadOf::OwnDirectory);
            }
            FoundKind::File { same: true } | FoundKind::Link { same: true, .. } => {
                self.plan.already.push(path.clone());
                return self.place_link(path, foreign(found, true));
            }
            FoundKind::Link {
                predecessor: true, ..
            } => return self.place_link(path, foreign(found, true)),
            // A copy that somebody edited before it became a link.
            FoundKind::File { .. } if self.observed.written.is_copy(path) => {
                self.plan.add_drift(path, DriftKind::Edited, true);
                return self.place_link(path, foreign(found, false));
            }
            FoundKind::File { .. } => (ConflictKind::File, None),
            FoundKind::Link { target, .. } => (ConflictKind::ForeignLink, Some(leads_to(target))),
            FoundKind::Directory { foreign } => (
                ConflictKind::ForeignDirectory,
                foreign
                    .as_ref()
                    .filter(|inside| *inside != path)
                    .map(|inside| format!("~/{inside}")),
            ),
            FoundKind::Special => (ConflictKind::SpecialFile, None),
        };
        if matches!(found.kind, FoundKind::Directory { .. }) {
            self.covered = Some(path.clone());
        }
        let moved = pair.old.is_some() || self.consents(pair);
        if pair.old.is_none() {
            self.plan.add_conflict(path, kind, path, detail, moved);
        }
        if moved {
            self.place_link(path, foreign(found, false));
        }
    }

    /// A directory above the leaf is missing.
    fn in_new_directory(&mut self, path: &HomePath) {
        if self.join_group(path) {
            return;
        }
        // The run makes the directories that lead to its state by itself.
        let missing = |dir: &HomePath| {
            let missing = &self.observed.missing;
            missing.contains(dir) || dir.ancestors().any(|above| missing.contains(&above))
        };
        let top = path
            .ancestors()
            .find(|dir| missing(dir) && !is_own_state(dir));
        match top {
            Some(top) => {
                self.place_directory(&top, InsteadOf::Nothing, false);
                self.join_group(path);
            }
            None => self.plan.links.push(path.clone()),
        }
    }

    /// Something above the leaf is no directory.
    fn below_obstacle(&mut self, pair: Pair<'_>) {
        let path = pair.path;
        if self.join_group(path) || self.blocked.as_ref().is_some_and(|top| path.is_below(top)) {
            return;
        }
        let found = |dir: &HomePath| self.observed.found.get(dir).filter(|f| !is_directory(f));
        let Some((top, found)) = path
            .ancestors()
            .find_map(|dir| found(&dir).map(|f| (dir, f)))
        else {
            return;
        };
        let (kind, detail) = match &found.kind {
            FoundKind::OwnLink => {
                self.place_directory(&top, InsteadOf::OwnLink, true);
                self.join_group(path);
                return;
            }
            FoundKind::Link {
                predecessor: true, ..
            } => return self.instead_of_obstacle(path, &top, foreign(found, true)),
            FoundKind::Link {
                target,
                to_directory,
                ..
            } => (
                if *to_directory {
                    ConflictKind::ParentIsLink
                } else {
                    ConflictKind::ParentIsDangling
                },
                Some(leads_to(target)),
            ),
            _ => (ConflictKind::ParentIsFile, None),
        };
        // It took the place of a link or a directory of ours: drift, always kept.
        let drifted = self.old.get(&top).is_some() || has_below(self.old, &top);
        let moved = kind.can_be_backed_up() && (drifted || self.consents(pair));
        if !(drifted && moved) {
            self.plan.add_conflict(&top, kind, path, detail, moved);
        }
        if moved {
            self.instead_of_obstacle(path, &top, foreign(found, false));
        } else {
            self.blocked = Some(top);
        }
    }

    /// A directory with the leaf `path` takes the place of what is at `top`:
    /// first a link, through which the bridge shows what was there, and the new
    /// tree the directory; then that directory.
    fn instead_of_obstacle(&mut self, path: &HomePath, top: &HomePath, instead_of: InsteadOf) {
        self.place_link(top, instead_of);
        self.place_directory(top, InsteadOf::OwnLink, true);
        self.join_group(path);
    }

    fn consents(&self, pair: Pair<'_>) -> bool {
        self.policy == OnConflict::Backup || pair.new.is_some_and(|new| new.force)
    }

    pub(super) fn place_link(&mut self, path: &HomePath, instead_of: InsteadOf) {
        self.plan.before.push(Placement {
            path: path.clone(),
            fresh: Fresh::Link,
            instead_of,
        });
    }

    fn place_directory(&mut self, path: &HomePath, instead_of: InsteadOf, after: bool) {
        let list = if after {
            &mut self.plan.after
        } else {
            &mut self.plan.before
        };
        list.push(Placement {
            path: path.clone(),
            fresh: Fresh::Directory(Vec::new()),
            instead_of,
        });
        let at = list.len() - 1;
        self.group = Some(Group { after, at });
    }

    /// Adds the leaf to the directory that is being collected, when it lies
    /// below it.
    fn join_group(&mut self, path: &HomePath) -> bool {
        let Some(Group { after, at }) = self.group else {
            return false;
        };
        let list = if after {
            &mut self.plan.after
        } else {
            &mut self.plan.before
        };
        let placement = &mut list[at];
        match &mut placement.fresh {
            Fresh::Directory(leaves) if path.is_below(&placement.path) => {
                leaves.push(path.clone());
                true
            }
            _ => false,
        }
    }
}

pub(super) fn foreign(found: &Found, exactly: bool) -> InsteadOf {
    InsteadOf::Foreign {
        identity: found.identity,
        exactly,
    }
}

pub(super) fn leads_to(target: &Path) -> String {
    format!("it leads to {}", Escaped(target.as_os_str().as_bytes()))
}

pub(super) fn is_directory(found: &Found) -> bool {
    matches!(found.kind, FoundKind::Directory { .. })
}

/// Whether `path` is where nhmt's own state lies, or a directory that leads
/// there: no managed path may be.
pub(super) fn is_own_state(path: &HomePath) -> bool {
    let (path, state) = (path.as_bytes(), STATE.as_bytes());
    let (shorter, longer) = if path.len() < state.len() {
        (path, state)
    } else {
        (state, path)
    };
    longer.starts_with(shorter) && longer.get(shorter.len()).is_none_or(|&b| b == b'/')
}

fn drift_kind(found: Option<&Found>) -> DriftKind {
    match found.map(|found| &found.kind) {
        Some(FoundKind::OwnLink | FoundKind::Link { .. }) => DriftKind::ReplacedByLink,
        Some(FoundKind::File { .. }) => DriftKind::ReplacedByFile,
        Some(FoundKind::Directory { .. }) => DriftKind::ReplacedByDirectory,
        Some(FoundKind::Special) => DriftKind::ReplacedBySpecialFile,
        None => DriftKind::Missing,
    }
}
