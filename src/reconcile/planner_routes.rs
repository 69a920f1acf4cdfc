//! The cases of persisted paths.

use std::path::Path;

use super::conflict::ConflictKind;
use super::drift::DriftKind;
use super::mounts;
use super::observed::{FoundKind, Mark};
use super::plan::{InsteadOf, RouteStep};
use super::planner::{Planner, foreign, is_directory};
use super::union::Pair;
use crate::manifest::{Escaped, HomePath, Route, RouteKind, RouteMethod};
use crate::state::{is_direct_to, place_of_direct};

impl Planner<'_> {
    /// A persisted path of the new generation. `false`: its link is a link
    /// like any other.
    pub(super) fn route(&mut self, pair: Pair<'_>, mark: Mark) -> bool {
        let path = pair.path;
        let observed = self.observed;
        let (Some(route), Some(seen)) = (
            pair.new.and_then(|new| new.route.as_deref()),
            observed.routes.get(path),
        ) else {
            return false;
        };
        let step = RouteStep {
            path: path.clone(),
            route: route.clone(),
        };
        if !seen.ready {
            self.plan.routes.prepare.push(step.clone());
            if route.method == RouteMethod::Bind && !seen.mounted {
                self.plan.routes.unmounted.push(step.clone());
            }
        }
        if observed.mounted.contains(path) && mounts::stays(self.old, self.new, path) {
            self.covered = Some(path.clone());
            self.count(pair, true);
            return true;
        }
        let begins_empty = seen.there.is_nothing();
        match (&seen.older, mark) {
            (Some(older), Mark::Ours | Mark::Absent | Mark::NoParent) if begins_empty => {
                self.lies_elsewhere(path, older);
                return true;
            }
            (_, Mark::Odd) => {}
            _ => return false,
        }
        let Some(found) = observed.found.get(path) else {
            return false;
        };
        match (&found.kind, route.kind) {
            (FoundKind::Link { target, .. }, _) => {
                let place = route.place(path);
                let bytes = target.as_os_str().as_encoded_bytes();
                let led = place_of_direct(bytes);
                if is_direct_to(bytes, &place) {
                    self.count(pair, true);
                    self.plan.relink.push(path.clone());
                    self.plan.routes.arrived.push(step);
                } else if *target == place {
                    self.count(pair, false);
                    self.place_link(path, foreign(found, true));
                } else if begins_empty
                    && let Some(older) = &seen.older
                    && (older == target || led.as_ref() == Some(older))
                {
                    self.lies_elsewhere(path, older);
                } else if led.is_some() {
                    // Only nhmt makes such a link.
                    self.count(pair, false);
                    self.place_link(path, InsteadOf::OwnLink);
                } else {
                    return false;
                }
                return true;
            }
            // With nothing in it that nhmt did not put there.
            (FoundKind::Directory { foreign: None }, _) if !seen.mounted => return false,
            (FoundKind::Directory { .. }, RouteKind::Directory)
            | (FoundKind::File { .. }, RouteKind::File) => {}
            _ => return false,
        }
        self.covered = Some(path.clone());
        if seen.mounted {
            self.count(pair, true);
        } else if seen.there.is_free() {
            self.count(pair, false);
            self.plan.routes.adopt.push(step);
            self.plan.relink.push(path.clone());
        } else if route.kind == RouteKind::File && Self::led_there(pair, route) {
            // Also one that a run which was cut off has brought there already.
            self.count(pair, false);
            self.plan
                .add_drift(path, DriftKind::NewerThanPersistent, true);
            self.plan.routes.readopt.push(step);
        } else if seen.same {
            self.count(pair, false);
            self.place_link(path, foreign(found, true));
        } else {
            let place = route.place(path);
            let detail = format!("its place is {}", shown(&place));
            self.plan
                .add_conflict(path, ConflictKind::DataInBoth, path, Some(detail), false);
        }
        true
    }

    /// Whether the path is to be a mount, which it is not yet.
    pub(super) fn is_to_be_mounted(&self, pair: Pair<'_>) -> bool {
        let route = pair.new.and_then(|new| new.route.as_deref());
        route.is_some_and(|route| mounts::is_to_come(self.observed, pair.path, route))
    }

    /// Whether the empty directory is there that a mount was over.
    pub(super) fn was_mounted(&self, pair: Pair<'_>) -> bool {
        let route = pair.new.and_then(|new| new.route.as_deref());
        route.is_some_and(mounts::is_mountable)
            && self.observed.made.has(pair.path)
            && self
                .observed
                .found
                .get(pair.path)
                .is_some_and(|found| matches!(found.kind, FoundKind::Directory { foreign: None }))
    }

    /// Whether the generation in force has a link at the path that leads to
    /// the same place: then what is there now came later.
    fn led_there(pair: Pair<'_>, route: &Route) -> bool {
        let old = pair.old.and_then(|old| old.route.as_deref());
        old.is_some_and(|old| old.place(pair.path) == route.place(pair.path))
    }

    fn lies_elsewhere(&mut self, path: &HomePath, older: &Path) {
        let detail = format!("the data is {}", shown(older));
        let kind = ConflictKind::OldPersistentPlace;
        self.plan
            .add_conflict(path, kind, path, Some(detail), false);
    }

    /// A leaf of the old generation alone that lies below a persisted path of
    /// the new one: its link is in the root, or goes there.
    pub(super) fn is_inside(&mut self, path: &HomePath) -> bool {
        let above = self.new.route_above(path);
        let Some(route) = above.and_then(|above| above.route.as_deref().cloned()) else {
            return false;
        };
        self.plan.counts.removed += 1;
        self.plan.routes.inside.push(RouteStep {
            path: path.clone(),
            route,
        });
        true
    }

    /// A persisted path of the old generation that the new one has not.
    /// `false`: its link goes as any other.
    pub(super) fn end_of_route(&mut self, pair: Pair<'_>, mark: Mark) -> bool {
        let Some(route) = pair.old.and_then(|old| old.route.as_deref()) else {
            return false;
        };
        let (path, place) = (pair.path, route.place(pair.path));
        let direct = mark == Mark::Odd
            && self.observed.found.get(path).is_some_and(|found| {
                matches!(&found.kind, FoundKind::Link { target, .. }
                    if is_direct_to(target.as_os_str().as_encoded_bytes(), &place))
            });
        if direct {
            self.plan.counts.removed += 1;
            self.plan.stale.push(path.clone());
        }
        // What a mount was over, before a restart of the machine.
        let left = mark == Mark::Odd
            && route.kind == RouteKind::Directory
            && self.observed.made.has(path)
            && self.observed.found.get(path).is_some_and(is_directory);
        if left {
            self.plan.counts.removed += 1;
        }
        if direct || left || mark == Mark::Ours {
            self.plan.routes.ends.push(RouteStep {
                path: path.clone(),
                route: route.clone(),
            });
        }
        direct || left
    }
}

fn shown(place: &Path) -> String {
    Escaped(place.as_os_str().as_encoded_bytes()).to_string()
}
