//! What a run would do: a pure function of two indexes and what was seen.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::conflict::{Conflict, ConflictKind};
use super::drift::{Drift, DriftKind};
use super::files::Step;
use super::inside::InsideStep;
use super::mounts;
use super::observed::Observed;
use super::planner::Planner;
use crate::home::dir::Identity;
use crate::manifest::{HomePath, Index, OnConflict, Route};

/// How many leaves of what fate; each leaf counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Leaves that the old generation had not.
    pub created: usize,
    /// Leaves of the old generation that the new one has not.
    pub removed: usize,
    /// Leaves with equal content in both, whose link was in its place.
    pub unchanged: usize,
    /// Leaves with other content.
    pub changed: usize,
    /// Leaves with equal content in both, whose link had drifted and is put
    /// back.
    pub repaired: usize,
}

/// What to put at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// The link of a leaf.
    Link,
    /// A directory with the links of these leaves, which lie below the path.
    Directory(Vec<HomePath>),
}

/// What must be at the path when it is put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InsteadOf {
    /// Nothing.
    Nothing,
    /// A link that nhmt made, which is discarded.
    OwnLink,
    /// The link of this old leaf, whose name differs only in the case of its
    /// letters and is the same to the filesystem.
    Renamed(HomePath),
    /// A directory that nhmt made, with nothing but its links.
    OwnDirectory,
    /// Something that is kept as a backup. With `exactly`, only this thing:
    /// nobody has agreed to move another away.
    Foreign {
        /// The thing that was seen.
        identity: Identity,
        /// Only this, not a later version of it.
        exactly: bool,
    },
}

/// One thing to put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) path: HomePath,
    pub(crate) fresh: Fresh,
    pub(crate) instead_of: InsteadOf,
}

/// Something to do for one persisted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RouteStep {
    pub(crate) path: HomePath,
    pub(crate) route: Route,
}

/// What is to be done with persisted paths, in this order. All but the last
/// two happens before anything else, each step complete in itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoutePlan {
    /// The root gets its directories, and remembers the route.
    pub(crate) prepare: Vec<RouteStep>,
    /// Mounts that the new generation has not: the links of the old one take
    /// their places.
    pub(crate) unmount: Vec<RouteStep>,
    /// Bind mounts that nobody made: a link stands in for them.
    pub(crate) unmounted: Vec<RouteStep>,
    /// A direct link is there, which becomes a link through the anchor.
    pub(crate) arrived: Vec<RouteStep>,
    /// What the home has moves to the root, and a direct link takes its place.
    pub(crate) adopt: Vec<RouteStep>,
    /// A file that replaced the link is newer than the one in the root.
    pub(crate) readopt: Vec<RouteStep>,
    /// Routes that the new generation has not: when it is older than they are,
    /// direct links keep them.
    pub(crate) ends: Vec<RouteStep>,
    /// After the pivot: links of old leaves that lie below a persisted path
    /// now.
    pub(crate) inside: Vec<RouteStep>,
    /// After everything else: links that give way to mounts.
    pub(crate) mount: Vec<RouteStep>,
}

impl RoutePlan {
    fn is_empty(&self) -> bool {
        self.prepare.is_empty()
            && self.unmount.is_empty()
            && self.mount.is_empty()
            && self.adopt.is_empty()
            && self.readopt.is_empty()
            && self.inside.is_empty()
    }
}

/// What a run would do, in the order in which it does it.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Before the pivot: what is exchanged or staged whole.
    pub(crate) before: Vec<Placement>,
    /// Before the pivot: new links in directories that exist.
    pub(crate) links: Vec<HomePath>,
    /// After the pivot: links of old leaves that become directories.
    pub(crate) after: Vec<Placement>,
    /// After the pivot: links of leaves that are no more.
    pub(crate) stale: Vec<HomePath>,
    /// After the pivot: links to make anew, so that watchers get an event.
    pub(crate) relink: Vec<HomePath>,
    /// After the pivot: files that are no links, and have to change.
    pub(crate) files: Vec<Step>,
    pub(crate) routes: RoutePlan,
    /// After the pivot: links of managed files that lie in roots.
    pub(crate) inside: Vec<InsideStep>,
    pub(crate) counts: Counts,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) drift: Vec<Drift>,
    /// After the pivot: directories that nhmt made and the new generation does
    /// not need, inner ones first. Those that are not empty stay.
    pub(crate) leave: Vec<HomePath>,
    /// The same, in roots.
    pub(crate) leave_inside: Vec<InsideStep>,
    /// What the home has already, and nhmt did not put there: taken over with
    /// the content that it has.
    pub(crate) already: Vec<HomePath>,
}

impl Plan {
    /// The new paths whose wanted content the home has already, though not by
    /// nhmt: no program will read anything else there after the run.
    #[must_use]
    pub fn already_there(&self) -> &[HomePath] {
        &self.already
    }

    /// The persisted paths whose data moves to its place in a root, with that
    /// place.
    pub fn adoptions(&self) -> impl Iterator<Item = (&HomePath, PathBuf)> {
        let steps = self.routes.adopt.iter().chain(&self.routes.readopt);
        steps.map(|step| (&step.path, step.route.place(&step.path)))
    }

    /// How many leaves of what fate.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Every conflict, also those that are resolved by a backup.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The conflicts, for filling in who declared them.
    pub fn conflicts_mut(&mut self) -> &mut [Conflict] {
        &mut self.conflicts
    }

    /// The conflicts that stop the run.
    pub fn open_conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.conflicts.iter().filter(|conflict| !conflict.backed_up)
    }

    /// The managed paths that are no longer what nhmt left there.
    #[must_use]
    pub fn drift(&self) -> &[Drift] {
        &self.drift
    }

    /// The drift, for filling in who declared the paths.
    pub fn drift_mut(&mut self) -> &mut [Drift] {
        &mut self.drift
    }

    /// Fills in who declared the wanted path of each conflict and each drift.
    pub fn declare(&mut self, declared_in: impl Fn(&HomePath) -> Vec<String>) {
        for conflict in &mut self.conflicts {
            conflict.declared_in = declared_in(&conflict.wanted);
        }
        for drift in &mut self.drift {
            drift.declared_in = declared_in(&drift.path);
        }
    }

    /// Adds a conflict; who declared the path is filled in later.
    pub(super) fn add_conflict(
        &mut self,
        path: &HomePath,
        kind: ConflictKind,
        wanted: &HomePath,
        detail: Option<String>,
        backed_up: bool,
    ) {
        self.conflicts.push(Conflict {
            path: path.clone(),
            kind,
            wanted: wanted.clone(),
            detail,
            backed_up,
            declared_in: Vec::new(),
        });
    }

    /// Adds a drift; who declared the path is filled in later.
    pub(super) fn add_drift(&mut self, path: &HomePath, kind: DriftKind, wanted: bool) {
        self.drift.push(Drift {
            path: path.clone(),
            kind,
            wanted,
            declared_in: Vec::new(),
        });
    }

    /// The roots that a run works in.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Path> {
        let routes = &self.routes;
        let lists = [
            &routes.prepare,
            &routes.arrived,
            &routes.adopt,
            &routes.readopt,
            &routes.ends,
            &routes.inside,
            &routes.unmount,
            &routes.mount,
        ];
        let steps = lists.into_iter().flatten().map(|step| &*step.route.root);
        let inside = self.inside.iter().map(|step| &*step.route.root);
        let leave = self.leave_inside.iter().map(|step| &*step.route.root);
        steps.chain(inside).chain(leave)
    }

    /// Whether something goes that is not ours, or a link that is still needed:
    /// the bridge shows it meanwhile.
    pub(crate) fn needs_bridge(&self) -> bool {
        let shown = |one: &Placement| {
            matches!(
                one.instead_of,
                InsteadOf::Foreign { .. } | InsteadOf::Renamed(_)
            )
        };
        self.before.iter().any(shown)
    }

    /// Whether a run has more to do than to turn the anchor and to renew
    /// links.
    pub(crate) fn needs_journal(&self) -> bool {
        !(self.before.is_empty()
            && self.links.is_empty()
            && self.after.is_empty()
            && self.stale.is_empty()
            && self.routes.inside.is_empty()
            && self.routes.mount.is_empty()
            && self.inside.is_empty()
            && self.files.is_empty())
    }

    /// The leaves whose links are made where nothing is, before the pivot.
    pub(crate) fn new_links(&self) -> Vec<HomePath> {
        let staged = self.before.iter().flat_map(|one| match &one.fresh {
            Fresh::Directory(leaves) => &leaves[..],
            Fresh::Link => &[],
        });
        self.links.iter().chain(staged).cloned().collect()
    }

    /// Whether no name in the home has to change. The anchor may have to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty()
            && self.links.is_empty()
            && self.after.is_empty()
            && self.stale.is_empty()
            && self.relink.is_empty()
            && self.routes.is_empty()
            && self.inside.is_empty()
            && self.files.is_empty()
    }
}

/// Plans the way from `old` (empty on a first run) to `new`, given what was
/// observed for these two. Pure: nothing is read or written.
#[must_use]
pub fn plan(old: &Index, new: &Index, observed: &Observed, policy: OnConflict) -> Plan {
    let mut plan = Planner::new(old, new, observed, policy).plan();
    mounts::plan(old, new, observed, &mut plan);
    plan
}
