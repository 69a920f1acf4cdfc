//! Managed files below persisted directories: their links lie in the roots and
//! lead to `<anchor>/inside/<path>`. What is to be done with them is part of
//! the plan of a run.

use super::drift::DriftKind;
use super::inside_look::{Found, Look};
use super::plan::Plan;
use super::switch::Way;
use crate::home::dir::Identity;
use crate::home::{HomeDir, HomeError};
use crate::manifest::{Entry, HomePath, Index, OnConflict, Route};

/// What is to be done with one link in a root, after the pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InsideStep {
    pub(super) path: HomePath,
    /// The persisted path that it lies below.
    pub(super) above: HomePath,
    pub(super) route: Route,
    pub(super) what: What,
    /// The generation has the file in its home: the persisted path is not of
    /// this generation, and stays for what lies there.
    pub(super) of_home: bool,
}

impl InsideStep {
    /// For a directory that nhmt made below a persisted path of `index`, and
    /// needs no more.
    pub(super) fn leave(dir: &HomePath, index: &Index) -> Option<Self> {
        let (above, route) = route_of(index, dir)?;
        Some(Self {
            path: dir.clone(),
            above: above.clone(),
            route: route.clone(),
            what: What::Remove,
            of_home: false,
        })
    }

    /// For a leaf of the home below a persisted path that outlives its
    /// generation.
    pub(super) fn held(path: &HomePath, above: &HomePath, route: &Route) -> Self {
        Self {
            path: path.clone(),
            above: above.clone(),
            route: route.clone(),
            what: What::Put(InPlaceOf::Own),
            of_home: true,
        }
    }
}

/// What that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A link of nhmt's goes.
    Remove,
    /// The link is made, in place of what may go for it.
    Put(InPlaceOf),
    /// The link is replaced by an identical one, so that programs that watch
    /// it get an event.
    Renew,
}

/// What a link may take the place of, besides nothing and links of nhmt's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InPlaceOf {
    /// Nothing else.
    Own,
    /// This very thing, which has the wanted content.
    Exactly(Identity),
    /// Whatever is there.
    Anything,
    /// Whatever stands where this directory should be.
    Obstacle(HomePath),
}

/// Adds to `plan` what has to be done with these links.
pub(super) fn add(home: &HomeDir, way: &Way<'_>, plan: &mut Plan) -> Result<(), HomeError> {
    let empty = Index::empty();
    let old = way.old.unwrap_or(&empty);
    if !old.has_inside() && !way.new.has_inside() {
        return Ok(());
    }
    let mut adder = Adder {
        look: Look::new(home, way.new_tree, way.new)?,
        way,
        old,
        plan,
        blocked: None,
    };
    for entry in old.entries().iter().filter(|entry| entry.inside) {
        adder.gone(entry)?;
    }
    for entry in way.new.entries().iter().filter(|entry| entry.inside) {
        adder.wanted(entry)?;
    }
    Ok(())
}

struct Adder<'a> {
    look: Look<'a>,
    way: &'a Way<'a>,
    old: &'a Index,
    plan: &'a mut Plan,
    /// An obstacle that was named.
    blocked: Option<HomePath>,
}

/// The persisted path above one, with its route.
fn route_of<'a>(index: &'a Index, path: &HomePath) -> Option<(&'a HomePath, &'a Route)> {
    let above = index.route_above(path)?;
    Some((&above.path, above.route.as_deref()?))
}

impl Adder<'_> {
    /// A leaf of the old generation.
    fn gone(&mut self, was: &Entry) -> Result<(), HomeError> {
        let path = &was.path;
        let Some((above, route)) = route_of(self.old, path) else {
            return Ok(());
        };
        let now = self.way.new.get(path);
        let stays = now.is_some_and(|now| now.inside)
            && route_of(self.way.new, path).is_some_and(|(_, now)| now.root == route.root);
        if stays {
            return Ok(());
        }
        if now.is_none() {
            self.plan.counts.removed += 1;
        }
        // A person may have put a directory in the place of the link.
        match self.look.in_root(path, above, route)? {
            Found::Ours => self.step(path, above, route, What::Remove),
            Found::Below(..) if now.is_none() => {
                self.plan.add_drift(path, DriftKind::ParentReplaced, false);
            }
            Found::Same(identity) | Found::Foreign(_, identity, _) if now.is_none() => {
                self.plan.add_drift(path, drift_kind(identity), false);
            }
            _ => {}
        }
        Ok(())
    }

    /// A leaf of the new generation.
    fn wanted(&mut self, want: &Entry) -> Result<(), HomeError> {
        let path = &want.path;
        let Some((above, route)) = route_of(self.way.new, path) else {
            return Ok(());
        };
        let found = self.look.at(path, above, route)?;
        // What took the place of a link that was there is drift.
        let was = self.old.get(path).filter(|was| was.inside);
        self.count(want, found == Found::Ours);
        let changed = was.is_some_and(|was| (was.digest, was.kind) != (want.digest, want.kind));
        let consents = was.is_some() || want.force || self.way.policy == OnConflict::Backup;
        if was.is_some() {
            let kind = match &found {
                Found::Ours | Found::Own => None,
                Found::Nothing => Some(DriftKind::Missing),
                Found::Same(identity) | Found::Foreign(_, identity, _) => {
                    Some(drift_kind(*identity))
                }
                Found::Below(..) => Some(DriftKind::ParentReplaced),
            };
            if let Some(kind) = kind {
                self.plan.add_drift(path, kind, true);
            }
        }
        let instead_of = match found {
            Found::Ours if changed => {
                self.step(path, above, route, What::Renew);
                return Ok(());
            }
            Found::Ours => return Ok(()),
            Found::Nothing | Found::Own => InPlaceOf::Own,
            Found::Same(identity) => InPlaceOf::Exactly(identity),
            Found::Foreign(kind, _, detail) => {
                if was.is_none() {
                    self.plan.add_conflict(path, kind, path, detail, consents);
                }
                if !consents {
                    return Ok(());
                }
                InPlaceOf::Anything
            }
            Found::Below(at, kind, detail) => {
                let moved = consents && kind.can_be_backed_up();
                if self.blocked.as_ref() != Some(&at) && !(moved && was.is_some()) {
                    self.plan.add_conflict(&at, kind, path, detail, moved);
                }
                self.blocked = Some(at.clone());
                if !moved {
                    return Ok(());
                }
                InPlaceOf::Obstacle(at)
            }
        };
        self.step(path, above, route, What::Put(instead_of));
        Ok(())
    }

    fn count(&mut self, want: &Entry, in_place: bool) {
        let was = self.old.get(&want.path);
        let counts = &mut self.plan.counts;
        match was {
            None if in_place => counts.unchanged += 1,
            None => counts.created += 1,
            Some(was) if !was.inside || (was.digest, was.kind) != (want.digest, want.kind) => {
                counts.changed += 1;
            }
            Some(_) if in_place => counts.unchanged += 1,
            Some(_) => counts.repaired += 1,
        }
    }

    fn step(&mut self, path: &HomePath, above: &HomePath, route: &Route, what: What) {
        self.plan.inside.push(InsideStep {
            path: path.clone(),
            above: above.clone(),
            route: route.clone(),
            what,
            of_home: false,
        });
    }
}

fn drift_kind(identity: Identity) -> DriftKind {
    use rustix::fs::FileType;
    match identity.kind {
        FileType::Symlink => DriftKind::ReplacedByLink,
        FileType::RegularFile => DriftKind::ReplacedByFile,
        FileType::Directory => DriftKind::ReplacedByDirectory,
        _ => DriftKind::ReplacedBySpecialFile,
    }
}
