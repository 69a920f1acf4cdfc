//! The plan as a pure function: what is seen is made up here.

use crate::home::dir::Identity;
use crate::manifest::{Digest, Entry, HomePath, Index, LeafKind, OnConflict};
use crate::reconcile::Conflict;
use crate::reconcile::observed::{Found, FoundKind, Mark, Observed};
use crate::reconcile::plan::{Fresh, InsteadOf, Plan, plan};

use super::scratch::path;

fn index(files: &[(&str, &str)]) -> Index {
    let entry =
        |(p, text): &(&str, &str)| Entry::new(path(p), LeafKind::File, Digest::of(text.as_bytes()));
    Index::new(files.iter().map(entry).collect(), b"").unwrap()
}

fn seen(marks: &[Mark], found: &[(&str, FoundKind)], missing: &[&str]) -> Observed {
    let identity = Identity {
        device: 1,
        inode: 2,
        size: 3,
        modified: (4, 5),
        kind: rustix::fs::FileType::RegularFile,
    };
    let found = found.iter().map(|(p, kind)| {
        let kind = kind.clone();
        (path(p), Found { kind, identity })
    });
    Observed {
        marks: marks.to_vec(),
        found: found.collect(),
        missing: missing.iter().map(|p| path(p)).collect(),
        ..Observed::default()
    }
}

fn names(paths: &[HomePath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

fn placed(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let leaves = |fresh: &Fresh| match fresh {
        Fresh::Link => Vec::new(),
        Fresh::Directory(leaves) => names(leaves),
    };
    let all = plan.before.iter().chain(&plan.after);
    all.map(|p| (p.path.to_string(), leaves(&p.fresh)))
        .collect()
}

#[test]
fn each_leaf_has_its_fate() {
    let old = index(&[("changed", "1"), ("gone", "1"), ("kept", "1")]);
    let new = index(&[("changed", "2"), ("kept", "1"), ("new", "1")]);
    let marks = [Mark::Ours, Mark::Ours, Mark::Ours, Mark::Absent];
    let plan = plan(&old, &new, &seen(&marks, &[], &[]), OnConflict::Abort);
    assert_eq!(names(&plan.links), ["new"]);
    assert_eq!(names(&plan.stale), ["gone"]);
    assert_eq!(names(&plan.relink), ["changed"]);
    assert!(plan.before.is_empty() && plan.after.is_empty());
    let counts = plan.counts();
    assert_eq!(
        (
            counts.created,
            counts.removed,
            counts.changed,
            counts.unchanged
        ),
        (1, 1, 1, 1)
    );
}

#[test]
fn leaves_of_missing_directories_are_staged_by_the_topmost() {
    let new = index(&[("a/b/x", "1"), ("a/y", "1"), ("c/z", "1")]);
    let observed = seen(&[Mark::NoParent; 3], &[], &["a", "c"]);
    let plan = plan(&Index::empty(), &new, &observed, OnConflict::Abort);
    let expected = [("a", vec!["a/b/x", "a/y"]), ("c", vec!["c/z"])];
    let expected = expected.map(|(top, leaves)| {
        let leaves = leaves.into_iter().map(str::to_owned).collect();
        (top.to_owned(), leaves)
    });
    assert_eq!(placed(&plan), expected);
}

#[test]
fn a_leaf_becomes_a_directory_after_the_pivot_and_back_before_it() {
    let leaf = index(&[("a", "1")]);
    let directory = index(&[("a/b", "1")]);
    let observed = seen(&[Mark::Ours, Mark::Below], &[], &[]);
    let there = plan(&leaf, &directory, &observed, OnConflict::Abort);
    assert!(there.before.is_empty() && there.stale.is_empty());
    assert_eq!(there.after[0].instead_of, InsteadOf::OwnLink);
    let own = [("a", FoundKind::Directory { foreign: None })];
    let observed = seen(&[Mark::Odd, Mark::Ours], &own, &[]);
    let back = plan(&directory, &leaf, &observed, OnConflict::Abort);
    assert!(back.after.is_empty() && back.stale.is_empty());
    assert_eq!(back.before[0].instead_of, InsteadOf::OwnDirectory);
    assert_eq!((back.counts().created, back.counts().removed), (1, 1));
}

#[test]
fn the_policy_decides_about_conflicts_and_not_about_drift() {
    let new = index(&[("a", "1")]);
    let file = [("a", FoundKind::File { same: false })];
    let observed = seen(&[Mark::Odd], &file, &[]);
    let none = Index::empty();
    let abort = plan(&none, &new, &observed, OnConflict::Abort);
    assert_eq!((abort.open_conflicts().count(), abort.before.len()), (1, 0));
    let backup = plan(&none, &new, &observed, OnConflict::Backup);
    assert_eq!(
        (backup.open_conflicts().count(), backup.before.len()),
        (0, 1)
    );
    assert_eq!(backup.conflicts().len(), 1);
    let drift = plan(&new, &new, &observed, OnConflict::Abort);
    assert_eq!((drift.conflicts().len(), drift.before.len()), (0, 1));
    assert_eq!(drift.drift().len(), 1);
}

#[test]
fn one_obstacle_is_one_conflict() {
    let new = index(&[("p/a", "1"), ("p/b", "1"), ("p/c/d", "1")]);
    let file = [("p", FoundKind::File { same: false })];
    let observed = seen(&[Mark::Below; 3], &file, &[]);
    let none = Index::empty();
    let abort = plan(&none, &new, &observed, OnConflict::Abort);
    assert_eq!(abort.open_conflicts().count(), 1);
    let backup = plan(&none, &new, &observed, OnConflict::Backup);
    let leaves = ["p/a", "p/b", "p/c/d"].map(str::to_owned).to_vec();
    let link = &backup.before[0];
    assert_eq!((&link.path, &link.fresh), (&path("p"), &Fresh::Link));
    let directory = &backup.after[0];
    assert_eq!(directory.instead_of, InsteadOf::OwnLink);
    assert!(matches!(&directory.fresh, Fresh::Directory(of) if names(of) == leaves));
}

#[test]
fn the_way_to_the_state_is_not_staged() {
    let new = index(&[(".local/share/x", "1"), (".local/y", "1")]);
    let observed = seen(&[Mark::NoParent; 2], &[], &[".local"]);
    let plan = plan(&Index::empty(), &new, &observed, OnConflict::Abort);
    assert_eq!(names(&plan.links), [".local/y"]);
    assert_eq!(placed(&plan)[0].0, ".local/share");
}

#[test]
fn two_wanted_paths_that_are_one_to_the_filesystem_are_named_both() {
    let new = index(&[("README", "1"), ("a/x", "1"), ("A/y", "1"), ("readme", "2")]);
    let mut observed = seen(&[Mark::Absent; 4], &[], &[]);
    let apart = plan(&Index::empty(), &new, &observed, OnConflict::Backup);
    assert_eq!(apart.conflicts().len(), 0);
    observed.folds_case = true;
    let folded = plan(&Index::empty(), &new, &observed, OnConflict::Backup);
    let messages: Vec<_> = folded.open_conflicts().map(Conflict::message).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("~/a/x") && messages[0].contains("~/A)"));
    assert!(messages[1].contains("~/readme") && messages[1].contains("~/README"));
}

#[test]
fn a_new_name_in_other_letters_takes_the_link_and_does_not_lose_it() {
    let (old, new) = (index(&[("d/readme", "1")]), index(&[("d/README", "1")]));
    // One entry, found by both names; it leads to the old leaf.
    let link = [("d/README", FoundKind::OwnLink)];
    let mut observed = seen(&[Mark::Odd, Mark::Ours], &link, &[]);
    let apart = plan(&old, &new, &observed, OnConflict::Abort);
    assert_eq!(names(&apart.stale), ["d/readme"]);
    observed.folds_case = true;
    let folded = plan(&old, &new, &observed, OnConflict::Abort);
    assert_eq!(folded.stale, []);
    let renamed = InsteadOf::Renamed(path("d/readme"));
    assert_eq!(folded.before[0].instead_of, renamed);
    assert!(folded.needs_bridge());
    // And again, when it leads to the new one: a run that is finished.
    let link = [("d/readme", FoundKind::OwnLink)];
    let mut observed = seen(&[Mark::Ours, Mark::Odd], &link, &[]);
    observed.folds_case = true;
    assert!(plan(&old, &new, &observed, OnConflict::Abort).is_empty());
}
