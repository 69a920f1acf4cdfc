//! Persisted paths as a person asks for them: how they stand, files that are
//! newer than the persistent ones, data in two places, and paths that no
//! configuration declares.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use rustix::io::Errno;
use serde::Serialize;

use super::error::ReconcileError;
use super::plan::RouteStep;
use super::roots::Roots;
use super::run::Run;
use crate::home::{AtPlace, HomeDir, HomeError, HomeLock, Parent};
use crate::manifest::{HomePath, Index, Route, RouteKind, RouteMethod};
use crate::state::{self, Root, Routes, Seen, is_direct_to};

/// How a persisted path is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Programs find the persistent data at the path.
    InPlace,
    /// The data is there, but the path does not lead to it yet.
    NotLinked,
    /// A program replaced the link by a file, which is newer.
    Replaced,
    /// The home and the root have different data.
    DataInBoth,
    /// The data lies at the place where it was persisted before.
    OldPlace,
    /// There is nothing anywhere yet.
    Absent,
    /// No configuration declares it any more; the data is in the root.
    Orphaned,
    /// A command added it, or an older generation keeps it: a direct link
    /// leads there.
    Added,
}

/// One persisted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Where it is in the home.
    pub path: HomePath,
    /// The directory that stands for the home.
    pub root: PathBuf,
    /// What it is.
    pub kind: RouteKind,
    /// How it is to be reached.
    pub method: RouteMethod,
    /// How it is reached.
    pub in_force: Option<RouteMethod>,
    /// How it is found.
    pub condition: Condition,
    /// The generation in force declares it.
    pub declared: bool,
}

/// What [`sync_routes`] and its like did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synced {
    /// The paths whose data moved to their root.
    pub moved: Vec<HomePath>,
    /// What was put into the home's backups: set and path.
    pub backed_up: Vec<(String, HomePath)>,
    /// What was put into the backups of roots.
    pub kept: Vec<PathBuf>,
    /// What could not be done, one sentence each.
    pub problems: Vec<String>,
}

/// Whose data stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// That of the home.
    Home,
    /// That of the persistent directory.
    Persistent,
}

/// The persisted paths of `index`, which is of the tree in force, and those
/// that the roots know beside them; reads only.
///
/// # Errors
/// When a directory may not be read.
pub fn routes(home: &HomeDir, index: &Index) -> Result<Vec<Routed>, HomeError> {
    let mut all = Vec::new();
    let mut looker = state::Looker::default();
    let mut roots: BTreeSet<PathBuf> = Roots::read(home)?.into_iter().collect();
    for entry in index.routes() {
        let Some(route) = entry.route.as_deref() else {
            continue;
        };
        roots.insert(route.root.clone());
        let seen = looker.look(home, &entry.path, route, None)?;
        all.push(Routed {
            path: entry.path.clone(),
            root: route.root.clone(),
            kind: route.kind,
            method: route.method,
            in_force: in_force(at(home, &entry.path, route)?, &seen),
            condition: condition(home, &entry.path, route, &seen)?,
            declared: true,
        });
    }
    for place in roots {
        let Some(root) = Root::find(&place)? else {
            continue;
        };
        for (path, known) in Routes::read(&root)?.iter() {
            let declared = index.get(path).and_then(|entry| entry.route.as_deref());
            if declared.is_some_and(|route| route.root == place) {
                continue;
            }
            let route = plain(&place, known.kind);
            let seen = looker.look(home, path, &route, None)?;
            let found = at(home, path, &route)?;
            let condition = match found {
                At::Direct => Condition::Added,
                At::Data if !known.declared && known.kind == RouteKind::File => Condition::Replaced,
                _ if seen.there.is_nothing() => continue,
                _ => Condition::Orphaned,
            };
            all.push(Routed {
                path: path.clone(),
                root: place.clone(),
                kind: known.kind,
                method: RouteMethod::Symlink,
                in_force: in_force(found, &seen),
                condition,
                declared: false,
            });
        }
    }
    Ok(all)
}

/// What the home has at a persisted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Nothing,
    /// The link through the anchor, or one that leads to the place by name.
    Linked,
    /// The direct link.
    Direct,
    OtherLink,
    Data,
}

fn at(home: &HomeDir, path: &HomePath, route: &Route) -> Result<At, HomeError> {
    let mut walker = home.walker();
    let Parent::Open(dir) = walker.parent_of(path)? else {
        return Ok(At::Nothing);
    };
    let place = route.place(path);
    match dir.read_link(path.name()) {
        Ok(target) => {
            let bytes = target.as_encoded_bytes();
            Ok(if is_direct_to(bytes, &place) {
                At::Direct
            } else if home.is_target_of(bytes, path) || Path::new(&target) == place {
                At::Linked
            } else {
                At::OtherLink
            })
        }
        Err(Errno::INVAL) => Ok(At::Data),
        Err(Errno::NOENT) => Ok(At::Nothing),
        Err(errno) => Err(errno).at("look at", path),
    }
}

/// The method by which a path leads to its place.
fn in_force(found: At, seen: &Seen) -> Option<RouteMethod> {
    match found {
        At::Linked | At::Direct => Some(RouteMethod::Symlink),
        At::Data if seen.mounted => Some(RouteMethod::Bind),
        _ => None,
    }
}

fn condition(
    home: &HomeDir,
    path: &HomePath,
    route: &Route,
    seen: &Seen,
) -> Result<Condition, HomeError> {
    let empty = seen.there.is_nothing();
    Ok(match at(home, path, route)? {
        At::Linked | At::Direct if empty && route.kind == RouteKind::File => Condition::Absent,
        At::Linked | At::Direct => Condition::InPlace,
        At::Data if seen.mounted => Condition::InPlace,
        // Also the first that a program ever saved.
        At::Data if route.kind == RouteKind::File => Condition::Replaced,
        At::Data if seen.there.is_free() => Condition::NotLinked,
        At::Data if seen.same => Condition::NotLinked,
        At::Data => Condition::DataInBoth,
        _ if empty && seen.older.is_some() => Condition::OldPlace,
        At::Nothing if empty => Condition::Absent,
        At::Nothing | At::OtherLink => Condition::NotLinked,
    })
}

/// A route that no configuration says more of.
fn plain(root: &Path, kind: RouteKind) -> Route {
    Route {
        root: root.to_owned(),
        kind,
        method: RouteMethod::Symlink,
        mode: None,
        parent_mode: None,
    }
}

/// Brings files that programs put in the place of their links to the roots;
/// evaluates nothing, and changes no tree. `index` is of the tree in force.
///
/// # Errors
/// When a root cannot be used, or the system refuses.
pub fn sync_routes(lock: &HomeLock, index: &Index) -> Result<Synced, ReconcileError> {
    let newer = routes(lock, index)?;
    let newer = newer.into_iter();
    let newer: Vec<_> = newer
        .filter(|one| one.condition == Condition::Replaced)
        .collect();
    if newer.is_empty() {
        return Ok(Synced::default());
    }
    work_on(lock, |run| {
        let mut problems = Vec::new();
        for one in newer {
            let step = RouteStep {
                route: plain(&one.root, one.kind),
                path: one.path,
            };
            let target = run.link_of(&step, Some(index));
            if let Err(error) = run.readopt(&step, &target) {
                problems.push(error.to_string());
            }
        }
        run.meddled.append(&mut problems);
        Ok(())
    })
}

/// Decides which data stays where the home and the root both have some; the
/// other becomes a backup. `index` declares the path. A decision that was cut
/// off is carried out when it is asked for again.
///
/// # Errors
/// When there is nothing to decide, and when the system refuses.
pub fn resolve_route(
    lock: &HomeLock,
    index: &Index,
    path: &HomePath,
    keep: Keep,
) -> Result<Synced, ReconcileError> {
    let refused = |why: &str| ReconcileError::Route(path.clone(), why.to_owned());
    let route = index.get(path).and_then(|entry| entry.route.as_deref());
    let route = route.ok_or_else(|| refused("is not persisted"))?;
    let step = RouteStep {
        path: path.clone(),
        route: route.clone(),
    };
    let seen = state::look(lock, path, route, None)?;
    let both = match at(lock, path, route)? {
        At::Data if seen.mounted => false,
        // A decision for the home that was cut off is carried out: the root's
        // data is in its backups already, or its copy of the home's is whole.
        At::Data if seen.there.is_free() && keep == Keep::Home => {
            return work_on(lock, |run| {
                run.prepare_place(&step)?;
                run.adopt(&step)?;
                run.arrive(&step)
            });
        }
        At::Data => !seen.there.is_free(),
        // Only the last step is left.
        At::Direct => return work_on(lock, |run| run.arrive(&step)),
        _ => false,
    };
    if !both {
        return Err(refused("does not have data in two places"));
    }
    work_on(lock, |run| {
        match keep {
            Keep::Home => {
                run.put_persistent_aside(&step)?;
                run.adopt(&step)?;
            }
            Keep::Persistent => run.put_home_aside(&step)?,
        }
        run.arrive(&step)
    })
}

/// Persists a path that no configuration declares, at once: its data moves to
/// `root`, and a direct link leads there.
///
/// # Errors
/// When the path is managed, when there is nothing or data in both places, and
/// when the system refuses.
pub fn add_route(lock: &HomeLock, root: &Path, path: &HomePath) -> Result<Synced, ReconcileError> {
    let refused = |why: &str| ReconcileError::Route(path.clone(), why.to_owned());
    refuse_managed(lock, root, path)?;
    let found = at(lock, path, &plain(root, RouteKind::File))?;
    if found == At::OtherLink {
        return Err(refused("is a symbolic link; move it away first"));
    }
    let kind = kind_of(lock, root, path)?.ok_or_else(|| refused("is not there"))?;
    let step = RouteStep {
        path: path.clone(),
        route: plain(root, kind),
    };
    let seen = state::look(lock, path, &step.route, None)?;
    if found == At::Data && !seen.there.is_free() && !seen.same {
        return Err(refused(
            "has data, and so has its place in the persistent directory; move one of the two \
             away first",
        ));
    }
    work_on(lock, |run| {
        run.prepare_place(&step)?;
        let root = run.root(root)?;
        let mut known = Routes::read(&root)?;
        if known.add(path, kind) {
            known.write(&root)?;
        }
        match found {
            At::Data if seen.there.is_free() => run.adopt(&step),
            At::Data => run.put_home_aside(&step),
            At::Nothing => run.link_directly(&step),
            _ => Ok(()),
        }
    })
}

/// What lies at the path, in the home or else in the root.
fn kind_of(home: &HomeDir, root: &Path, path: &HomePath) -> Result<Option<RouteKind>, HomeError> {
    let mut kinds = Vec::new();
    if let Parent::Open(dir) = home.walker().parent_of(path)? {
        kinds.extend(dir.stat(path.name()));
    }
    if let Some(root) = Root::find(root)?
        && let Some(dir) = root.parent(path)?
    {
        kinds.extend(dir.stat(path.name()));
    }
    let mut kinds = kinds
        .iter()
        .map(|stat| FileType::from_raw_mode(stat.st_mode));
    Ok(kinds.find_map(|kind| match kind {
        FileType::Directory => Some(RouteKind::Directory),
        FileType::RegularFile => Some(RouteKind::File),
        _ => None,
    }))
}

/// Paths that the generation in force has, and those around nhmt's own.
fn refuse_managed(home: &HomeDir, root: &Path, path: &HomePath) -> Result<(), ReconcileError> {
    let refused = |why: &str| Err(ReconcileError::Route(path.clone(), why.to_owned()));
    if super::planner::is_own_state(path) {
        return refused("is where nhmt keeps its own state");
    }
    if root.starts_with(home.layout().home()) || !root.is_absolute() {
        return refused("cannot be persisted in the home itself");
    }
    let Some(tree) = home.current_tree()? else {
        return Ok(());
    };
    let Ok(index) = Index::read(&tree) else {
        return Ok(());
    };
    let managed = index.get(path).is_some()
        || super::union::has_below(&index, path)
        || path.ancestors().any(|above| index.get(&above).is_some());
    if managed {
        return refused(
            "is managed by the configuration, or lies beside what is; declare it there",
        );
    }
    Ok(())
}

/// A run without a switch.
fn work_on(
    lock: &HomeLock,
    act: impl FnOnce(&mut Run<'_>) -> Result<(), ReconcileError>,
) -> Result<Synced, ReconcileError> {
    let mut run = Run::new(lock, 0)?;
    let known = Roots::read(lock)?;
    run.lock_roots(known.iter().map(|root| &**root))?;
    let done = act(&mut run);
    run.follow_sources();
    let synced = run.bring_to_disk();
    run.work.clean();
    done?;
    synced?;
    Ok(Synced {
        moved: std::mem::take(&mut run.adopted),
        backed_up: std::mem::take(&mut run.kept),
        kept: std::mem::take(&mut run.kept_in_roots),
        problems: std::mem::take(&mut run.meddled),
    })
}
