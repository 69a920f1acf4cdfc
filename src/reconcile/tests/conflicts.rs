//! What is in the way, by policy.

use std::fs;

use super::scratch::{Scratch, Tree};
use crate::manifest::{Index, OnConflict};
use crate::reconcile::ConflictKind as K;
use crate::reconcile::{ConflictKind, ReconcileError};

/// A home with everything in the way that can be, and what is wanted there.
fn crowded() -> (Scratch, Tree) {
    let home = Scratch::new();
    home.write("file", "mine");
    home.write("dir/inside", "mine");
    home.link("/elsewhere", "link");
    home.write("parent", "mine");
    home.link("nowhere", "dangling");
    fs::create_dir(home.at("real")).unwrap();
    home.link("real", "to-dir");
    let _socket = std::os::unix::net::UnixListener::bind(home.at("socket")).unwrap();
    let files = [
        "file",
        "dir",
        "link",
        "parent/a",
        "parent/b",
        "dangling/a",
        "socket",
    ];
    let tree = home.tree(&files.map(|path| (path, "wanted")));
    (home, tree)
}

#[test]
fn abort_names_all_and_changes_nothing() {
    let (mut home, tree) = crowded();
    let before = home.snapshot_without_sockets();
    let error = home.switch(&tree, OnConflict::Abort).unwrap_err();
    let ReconcileError::Conflicts(plan) = error else {
        panic!("{error}");
    };
    let mut kinds: Vec<_> = plan.open_conflicts().map(|c| c.kind).collect();
    kinds.sort();
    let expected = [
        K::File,
        K::ForeignLink,
        K::ForeignDirectory,
        K::SpecialFile,
        K::ParentIsFile,
        K::ParentIsDangling,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(home.snapshot_without_sockets(), before);
    assert!(!home.at(".local").exists(), "something was written");
}

#[test]
fn backup_moves_each_to_the_backups() {
    let (mut home, tree) = crowded();
    let done = home.switch(&tree, OnConflict::Backup).unwrap();
    assert_eq!(done.problems, [""; 0]);
    assert_eq!(done.backed_up.len(), 6);
    home.check(&tree);
    let kept = home.layout().backups().join("1");
    assert_eq!(fs::read_to_string(kept.join("file")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(kept.join("dir/inside")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(kept.join("parent")).unwrap(), "mine");
    assert_eq!(
        fs::read_link(kept.join("link")).unwrap().to_str(),
        Some("/elsewhere")
    );
    assert_eq!(
        fs::read_link(kept.join("dangling")).unwrap().to_str(),
        Some("nowhere")
    );
    assert!(fs::symlink_metadata(kept.join("socket")).is_ok());
}

#[test]
fn a_link_to_a_directory_is_never_moved_away() {
    for policy in [OnConflict::Abort, OnConflict::Backup] {
        let mut home = Scratch::new();
        home.write("data/mine", "1");
        home.link("data", ".config");
        let tree = home.tree(&[(".config/x", "1"), (".config/y", "2")]);
        let error = home.switch(&tree, policy).unwrap_err();
        let ReconcileError::Conflicts(plan) = error else {
            panic!("{error}");
        };
        assert_eq!(plan.conflicts().len(), 1);
        assert_eq!(plan.conflicts()[0].kind, ConflictKind::ParentIsLink);
        assert_eq!(home.read(".config/mine"), "1");
    }
}

#[test]
fn force_is_backup_for_one_path() {
    let mut home = Scratch::new();
    home.write("forced", "mine");
    let mut tree = home.tree(&[("forced", "1"), ("other", "2")]);
    let mut entries = tree.index.entries().to_vec();
    entries[0].force = true;
    tree.index = Index::new(entries, b"").unwrap();
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
    let kept = home.layout().backups().join("1/forced");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn what_has_the_wanted_content_is_no_conflict() {
    let mut home = Scratch::new();
    let tree = home.tree(&[("file", "same"), ("link", "same"), ("copy", "same")]);
    home.write("file", "same");
    home.write("elsewhere", "same");
    home.link(tree.path.join("home/link"), "link");
    home.link("elsewhere", "copy");
    let plan = home.plan(&tree, OnConflict::Abort);
    assert_eq!(plan.conflicts(), []);
    home.apply(plan, &tree).unwrap();
    home.check(&tree);
}

#[test]
fn links_of_another_home_are_foreign() {
    let mut home = Scratch::new();
    home.link("/home/bob/.local/state/nhmt/current/home/a", "a");
    let plan = home.plan(&home.tree(&[("a", "1")]), OnConflict::Abort);
    assert_eq!(plan.conflicts()[0].kind, ConflictKind::ForeignLink);
    home.write("b", "x");
    let error = home.switch(&home.tree(&[("a", "1")]), OnConflict::Abort);
    assert!(error.is_err());
}

#[test]
fn nothing_is_managed_in_the_state_directory() {
    for path in [".local", ".local/state/nhmt", ".local/state/nhmt/current"] {
        let home = Scratch::new();
        let plan = home.plan(&home.tree(&[(path, "1")]), OnConflict::Backup);
        let kinds: Vec<_> = plan.open_conflicts().map(|c| c.kind).collect();
        assert_eq!(kinds, [ConflictKind::OwnState]);
    }
    let mut home = Scratch::new();
    home.realize(&[(".local/state/nhmt-not", "1"), (".local/share/x", "2")]);
}

#[test]
fn a_directory_of_ours_with_a_foreign_file_is_a_conflict() {
    let mut home = Scratch::new();
    home.realize(&[("d/a", "1"), ("d/e/b", "2")]);
    home.write("d/e/mine", "3");
    let tree = home.tree(&[("d", "leaf")]);
    let plan = home.plan(&tree, OnConflict::Abort);
    let conflict = &plan.conflicts()[0];
    assert_eq!(conflict.kind, ConflictKind::ForeignDirectory);
    assert!(
        conflict.message().contains("d/e/mine"),
        "{}",
        conflict.message()
    );
    home.switch(&tree, OnConflict::Backup).unwrap();
    home.check(&tree);
    let kept = home.layout().backups().join("2/d/e/mine");
    assert_eq!(fs::read_to_string(kept).unwrap(), "3");
}
