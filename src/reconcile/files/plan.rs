//! Which files have to change: part of the plan of a run.

use std::collections::BTreeSet;

use super::decide::{Act, Case, Decision};
use super::look::{Live, look};
use super::memory::{Kind, Record, Stamp, Written};
use crate::home::dir::Identity;
use crate::home::{HomeDir, HomeError, Parent};
use crate::manifest::{Entry, HomePath, Index, OnConflict};
use crate::reconcile::conflict::{Conflict, ConflictKind};
use crate::reconcile::drift::Drift;
use crate::reconcile::plan::{Fresh, InsteadOf, Placement, Plan};
use crate::reconcile::switch::Way;

/// One file to look at again after the pivot.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(super) path: HomePath,
    /// Its leaf; `None` when it is no longer declared.
    pub(super) want: Option<Entry>,
    /// What is in the way may go to the backups.
    pub(super) consent: bool,
}

/// Adds to `plan` what has to be done with files that are no links.
pub(crate) fn add(home: &HomeDir, way: &Way<'_>, plan: &mut Plan) -> Result<(), HomeError> {
    let written = Written::read(home)?;
    let empty = Index::empty();
    let old = way.old.unwrap_or(&empty);
    let wanted = || {
        way.new
            .entries()
            .iter()
            .filter(|entry| !entry.method.is_link())
    };
    let gone = |entry: &&Entry| !entry.method.is_link() && way.new.get(&entry.path).is_none();
    plan.counts.removed += old.entries().iter().filter(gone).count();
    let mut adder = Adder {
        home,
        way,
        old,
        written: &written,
        plan,
        removed: BTreeSet::new(),
    };
    for path in written.paths() {
        if way.new.get(path).is_none_or(|entry| entry.method.is_link()) {
            adder.undeclared(path)?;
        }
    }
    for want in wanted() {
        adder.wanted(want)?;
    }
    Ok(())
}

struct Adder<'a> {
    home: &'a HomeDir,
    way: &'a Way<'a>,
    old: &'a Index,
    written: &'a Written,
    plan: &'a mut Plan,
    /// The files that go away.
    removed: BTreeSet<HomePath>,
}

impl Adder<'_> {
    fn undeclared(&mut self, path: &HomePath) -> Result<(), HomeError> {
        let live = look(self.home, path)?;
        let decision = self.case(path, None, false).decide(&live)?;
        if matches!(decision.act, Act::Remove(_)) {
            self.removed.insert(path.clone());
        }
        // A link that takes its place is the business of the links.
        if self.way.new.get(path).is_some() {
            self.step(path, None, false);
            return Ok(());
        }
        self.drift(path, &decision, false);
        self.step(path, None, false);
        Ok(())
    }

    fn wanted(&mut self, want: &Entry) -> Result<(), HomeError> {
        let path = &want.path;
        let known = self.written.get(path);
        if is_settled(self.home, want, known)? {
            self.count(want, false);
            return Ok(());
        }
        let consent = self.way.policy == OnConflict::Backup || want.force;
        let live = match look(self.home, path)? {
            // What stands there goes away first.
            Live::Blocked(top, ..) if self.removed.contains(&top) => Live::Absent,
            live => live,
        };
        if let Live::BlockedByOwn(top) = &live {
            self.finish_directory(top);
        }
        let decision = self.case(path, Some(want), consent).decide(&live)?;
        let changes = decision.act != Act::Leave;
        self.count(want, changes);
        self.drift(path, &decision, true);
        let stands = decision.conflict.is_none();
        if let Some((top, kind, detail)) = decision.conflict {
            self.conflict(&live, top, kind, detail, path, consent);
            if !(consent && kind.can_be_backed_up()) {
                return Ok(());
            }
        }
        if known.is_none() && !changes && stands {
            self.plan.already.push(path.clone());
        }
        let unsure = known.is_some_and(Record::is_unsure);
        let remembers = decision.after.is_none_or(|after| !after.says(known));
        if changes || remembers || unsure {
            self.step(path, Some(want.clone()), consent);
        }
        Ok(())
    }

    /// A directory takes the place of the link at `top`, for which a run that
    /// was cut off had exchanged what was in the way.
    fn finish_directory(&mut self, top: &HomePath) {
        let goes = self.old.get(top).is_some();
        if !goes && self.plan.after.iter().all(|one| one.path != *top) {
            self.plan.after.push(Self::directory_instead_of_link(top));
        }
    }

    fn directory_instead_of_link(top: &HomePath) -> Placement {
        Placement {
            path: top.clone(),
            fresh: Fresh::Directory(Vec::new()),
            instead_of: InsteadOf::OwnLink,
        }
    }

    fn case<'b>(&'b self, path: &'b HomePath, want: Option<&'b Entry>, consent: bool) -> Case<'b> {
        Case {
            home: self.home,
            tree: self.way.new_tree,
            path,
            want,
            known: self.written.get(path),
            consent,
        }
    }

    fn step(&mut self, path: &HomePath, want: Option<Entry>, consent: bool) {
        self.plan.files.push(Step {
            path: path.clone(),
            want,
            consent,
        });
    }

    fn count(&mut self, want: &Entry, changes: bool) {
        let counts = &mut self.plan.counts;
        match self.old.get(&want.path) {
            None => counts.created += 1,
            Some(old) if (old.digest, old.kind) != (want.digest, want.kind) => counts.changed += 1,
            Some(_) if changes => counts.repaired += 1,
            Some(_) => counts.unchanged += 1,
        }
    }

    fn drift(&mut self, path: &HomePath, decision: &Decision, wanted: bool) {
        self.plan.drift.extend(decision.drift.map(|kind| Drift {
            path: path.clone(),
            kind,
            wanted,
            declared_in: Vec::new(),
        }));
    }

    /// Something is in the way, perhaps of several files and links.
    fn conflict(
        &mut self,
        live: &Live,
        top: HomePath,
        kind: ConflictKind,
        detail: Option<String>,
        wanted: &HomePath,
        consent: bool,
    ) {
        let backed_up = consent && kind.can_be_backed_up();
        let placed = self.plan.before.iter().any(|one| one.path == top);
        if placed || self.plan.conflicts.iter().any(|one| one.path == top) {
            return;
        }
        if backed_up && let Live::Blocked(_, _, identity, _) = live {
            // First a link, through which the bridge shows what was there, and
            // the new tree the directory; then that directory.
            self.plan.before.push(Placement {
                path: top.clone(),
                fresh: Fresh::Link,
                instead_of: InsteadOf::Foreign {
                    identity: *identity,
                    exactly: false,
                },
            });
            self.plan.after.push(Self::directory_instead_of_link(&top));
        }
        self.plan.conflicts.push(Conflict {
            path: top,
            kind,
            wanted: wanted.clone(),
            detail,
            backed_up,
            declared_in: Vec::new(),
        });
    }
}

/// Whether nothing can have to be done, seen without reading the file.
fn is_settled(home: &HomeDir, want: &Entry, known: Option<&Record>) -> Result<bool, HomeError> {
    let Some(known) = known else {
        return Ok(false);
    };
    if known.entry != want.digest || Some(known.kind) != Kind::of(&want.method) || known.is_unsure()
    {
        return Ok(false);
    }
    if known.kind == Kind::Seed {
        return Ok(!known.is_about_to_be());
    }
    let Some(stamp) = known.stamp else {
        return Ok(false);
    };
    Ok(match home.walker().parent_of(&want.path)? {
        Parent::Open(dir) => dir.stat(want.path.name()).is_ok_and(|stat| {
            Identity::of(&stat).kind == rustix::fs::FileType::RegularFile
                && Stamp::of(&stat) == stamp
        }),
        Parent::Blocked { .. } => false,
    })
}
