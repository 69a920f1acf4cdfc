//! Managed files below persisted directories.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::filesystem;
use super::scratch::{Scratch, Tree};
use super::state::{check_root, content};
use crate::home::plain;
use crate::manifest::{OnConflict, RouteKind};
use crate::reconcile::{ConflictKind, DriftKind, Plan, ReconcileError};

const SSH: &[(&str, RouteKind)] = &[(".ssh", RouteKind::Directory)];
const CONFIG: &[(&str, &str)] = &[(".ssh/config", "managed")];

/// Homes with their root near and far, with one step for an exchange and two.
fn everywhere(test: impl Fn(Scratch)) {
    for steps in [false, true] {
        let _plain = steps.then(plain::Forced::new);
        test(Scratch::new());
        let mut home = Scratch::new();
        let other = filesystem::elsewhere(&home.home());
        home.set_root(other.path().join("persist/home"));
        test(home);
    }
}

fn realize(home: &mut Scratch, tree: &Tree) {
    let done = home.switch(tree, OnConflict::Abort).unwrap();
    assert_eq!(done.problems, [""; 0]);
    settled(home, tree);
}

/// Everything is in its place, and the next run has nothing to do.
fn settled(home: &Scratch, tree: &Tree) {
    home.check(tree);
    check_root(home);
    let plan = home.plan(tree, OnConflict::Abort);
    assert!(plan.is_empty(), "{plan:?}");
    assert!(plan.drift().is_empty() && plan.conflicts().is_empty());
}

fn kinds(plan: &Plan) -> Vec<(ConflictKind, String)> {
    let conflicts = plan.conflicts().iter();
    conflicts.map(|c| (c.kind, c.path.to_string())).collect()
}

fn drifts(plan: &Plan) -> Vec<(DriftKind, String)> {
    let drift = plan.drift().iter();
    drift.map(|d| (d.kind, d.path.to_string())).collect()
}

/// The backups in the root: path to content.
fn kept(home: &Scratch) -> Vec<(String, String)> {
    let backups = home.root().join(".nhmt/backups");
    let all = content(&backups).into_iter();
    all.filter(|(name, _)| name != "items" && !name.starts_with(".objects"))
        .collect()
}

fn lies(home: &Scratch, path: &str) -> PathBuf {
    home.root().join(path)
}

#[test]
fn the_link_lies_in_the_root_and_switches_with_the_anchor() {
    everywhere(|mut home| {
        let files = [(".ssh/config", "1"), (".ssh/deep/er/f", "2"), ("a", "3")];
        let tree = home.routed(&files, SSH);
        let plan = home.plan(&tree, OnConflict::Abort);
        assert_eq!(plan.counts().created, 4);
        realize(&mut home, &tree);
        fs::write(home.at(".ssh/key"), "secret").unwrap();
        assert_eq!(home.persistent(".ssh/key"), "secret");
        let inode = |home: &Scratch| {
            use std::os::unix::fs::MetadataExt;
            fs::symlink_metadata(lies(home, ".ssh/config"))
                .unwrap()
                .ino()
        };
        let before = inode(&home);
        let next = home.routed(
            &[(".ssh/config", "4"), (".ssh/deep/er/f", "2"), ("a", "3")],
            SSH,
        );
        let plan = home.plan(&next, OnConflict::Abort);
        assert_eq!((plan.counts().changed, plan.counts().unchanged), (1, 3));
        realize(&mut home, &next);
        assert_ne!(inode(&home), before, "who watches it hears nothing");
        assert_eq!(home.read(".ssh/config"), "4");
    });
}

#[test]
fn what_is_managed_no_more_goes_and_nothing_else() {
    everywhere(|mut home| {
        let tree = home.routed(
            &[(".ssh/config", "1"), (".ssh/d/f", "2"), (".ssh/e/f", "3")],
            SSH,
        );
        realize(&mut home, &tree);
        fs::write(home.at(".ssh/key"), "secret").unwrap();
        fs::write(home.at(".ssh/e/mine"), "mine").unwrap();
        let next = home.routed(&[], SSH);
        let plan = home.plan(&next, OnConflict::Abort);
        assert_eq!(plan.counts().removed, 3);
        realize(&mut home, &next);
        let left = [(".ssh/e/mine", "mine"), (".ssh/key", "secret")];
        let left = left.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(content(&home.root()), left.into());
        assert!(!lies(&home, ".ssh/d").exists() && lies(&home, ".ssh/e").exists());
        assert!(lies(&home, ".ssh").is_dir());
    });
}

#[test]
fn directories_that_were_there_stay_when_they_are_empty() {
    everywhere(|mut home| {
        fs::create_dir_all(lies(&home, ".ssh/d")).unwrap();
        let tree = home.routed(&[(".ssh/d/f", "1")], SSH);
        realize(&mut home, &tree);
        let next = home.routed(&[], SSH);
        realize(&mut home, &next);
        assert!(lies(&home, ".ssh/d").is_dir());
    });
}

#[test]
fn a_file_of_the_persons_is_in_the_way_and_goes_to_the_backups_of_the_root() {
    everywhere(|mut home| {
        for at_home in [true, false] {
            let place = if at_home { home.home() } else { home.root() };
            fs::create_dir_all(home.root()).unwrap();
            fs::create_dir_all(place.join(".ssh")).unwrap();
            fs::write(place.join(".ssh/config"), "mine").unwrap();
            fs::write(place.join(".ssh/key"), "secret").unwrap();
            let tree = home.routed(CONFIG, SSH);
            let before = (home.snapshot(), content(&home.root()));
            let error = home.switch(&tree, OnConflict::Abort).unwrap_err();
            let ReconcileError::Conflicts(plan) = error else {
                panic!("{error}");
            };
            let config = (ConflictKind::File, ".ssh/config".to_owned());
            assert_eq!(kinds(&plan), [config]);
            assert_eq!((home.snapshot(), content(&home.root())), before);
            let done = home.switch(&tree, OnConflict::Backup).unwrap();
            assert_eq!(done.problems, [""; 0]);
            settled(&home, &tree);
            let set = format!("{}/.ssh/config", home.generation);
            assert!(
                kept(&home).contains(&(set.clone(), "mine".to_owned())),
                "{:?}",
                kept(&home)
            );
            let place = home.root().join(".nhmt/backups").join(set);
            assert_eq!(done.kept_in_roots, [place]);
            assert_eq!(home.read(".ssh/key"), "secret");
            // And back: the link goes, and the next file is the person's.
            let without = home.routed(&[], SSH);
            realize(&mut home, &without);
            assert!(!home.at(".ssh/config").exists());
            fs::remove_dir_all(lies(&home, ".ssh")).unwrap();
            fs::remove_file(home.at(".ssh")).unwrap();
        }
    });
}

#[test]
fn what_is_equal_is_no_conflict_and_is_kept_all_the_same() {
    everywhere(|mut home| {
        fs::create_dir_all(lies(&home, ".ssh")).unwrap();
        fs::write(lies(&home, ".ssh/config"), "managed").unwrap();
        let tree = home.routed(CONFIG, SSH);
        assert!(home.plan(&tree, OnConflict::Abort).conflicts().is_empty());
        realize(&mut home, &tree);
        assert_eq!(
            kept(&home),
            [("1/.ssh/config".to_owned(), "managed".to_owned())]
        );
    });
}

#[test]
fn what_replaced_the_link_is_drift_and_is_kept() {
    everywhere(|mut home| {
        let tree = home.routed(
            &[(".ssh/config", "1"), (".ssh/d/f", "2"), (".ssh/e", "3")],
            SSH,
        );
        realize(&mut home, &tree);
        fs::remove_file(lies(&home, ".ssh/config")).unwrap();
        fs::write(lies(&home, ".ssh/config"), "saved").unwrap();
        fs::remove_dir_all(lies(&home, ".ssh/d")).unwrap();
        fs::write(lies(&home, ".ssh/d"), "a file").unwrap();
        fs::remove_file(lies(&home, ".ssh/e")).unwrap();
        let plan = home.plan(&tree, OnConflict::Abort);
        assert_eq!(
            drifts(&plan),
            [
                (DriftKind::ReplacedByFile, ".ssh/config".to_owned()),
                (DriftKind::ParentReplaced, ".ssh/d/f".to_owned()),
                (DriftKind::Missing, ".ssh/e".to_owned()),
            ]
        );
        assert!(plan.conflicts().is_empty(), "{:?}", plan.conflicts());
        assert_eq!(plan.counts().repaired, 3);
        realize(&mut home, &tree);
        let kept: Vec<_> = kept(&home).into_iter().map(|(_, text)| text).collect();
        assert_eq!(kept, ["saved", "a file"]);
    });
}

#[test]
fn links_and_files_above_are_named_and_a_link_to_a_directory_never_moves() {
    everywhere(|mut home| {
        fs::create_dir_all(lies(&home, ".ssh/real")).unwrap();
        symlink("real", lies(&home, ".ssh/linked")).unwrap();
        fs::write(lies(&home, ".ssh/file"), "mine").unwrap();
        let linked = home.routed(&[(".ssh/linked/f", "1")], SSH);
        for policy in [OnConflict::Abort, OnConflict::Backup] {
            let plan = home.plan(&linked, policy);
            assert_eq!(
                kinds(&plan),
                [(ConflictKind::ParentIsLink, ".ssh/linked".to_owned())]
            );
            assert_eq!(plan.open_conflicts().count(), 1);
        }
        let file = home.routed(&[(".ssh/file/a", "1"), (".ssh/file/b", "2")], SSH);
        let plan = home.plan(&file, OnConflict::Abort);
        assert_eq!(
            kinds(&plan),
            [(ConflictKind::ParentIsFile, ".ssh/file".to_owned())]
        );
        let done = home.switch(&file, OnConflict::Backup).unwrap();
        assert_eq!(done.problems, [""; 0]);
        settled(&home, &file);
        assert_eq!(kept(&home), [("1/.ssh/file".to_owned(), "mine".to_owned())]);
        assert!(lies(&home, ".ssh/real").is_dir());
    });
}

#[test]
fn a_managed_file_of_the_home_comes_to_lie_in_the_root_and_back() {
    everywhere(|mut home| {
        home.realize(CONFIG);
        home.write(".ssh/key", "secret");
        let persisted = home.routed(CONFIG, SSH);
        let plan = home.plan(&persisted, OnConflict::Abort);
        assert!(
            plan.conflicts().is_empty() && plan.drift().is_empty(),
            "{plan:?}"
        );
        realize(&mut home, &persisted);
        assert_eq!(home.persistent(".ssh/key"), "secret");
        // No longer persisted: the data stays, the link there goes.
        let alone = home.routed(CONFIG, &[]);
        let done = home.switch(&alone, OnConflict::Abort).unwrap();
        assert_eq!(done.problems, [""; 0]);
        home.check(&alone);
        assert_eq!(home.read(".ssh/config"), "managed");
        let left = [(".ssh/key".to_owned(), "secret".to_owned())];
        assert_eq!(content(&home.root()), left.into());
    });
}

#[test]
fn going_back_past_the_adoption_keeps_what_is_persisted() {
    everywhere(|mut home| {
        for (old, new) in [
            (".ssh/config", ".ssh/config"),
            (".ssh/other", ".ssh/config"),
        ] {
            let before = home.tree(&[(old, "1")]);
            home.realize(&[(old, "1")]);
            home.write(".ssh/key", "secret");
            let persisted = home.routed(&[(new, "2")], SSH);
            realize(&mut home, &persisted);
            home.generation = 0;
            let done = home.switch(&before, OnConflict::Abort).unwrap();
            assert_eq!(done.problems, [""; 0]);
            assert_eq!(
                (home.read(".ssh/key"), home.persistent(".ssh/key")),
                ("secret".into(), "secret".into())
            );
            assert_eq!(home.read(old), "1");
            home.check(&before);
            let plan = home.plan(&before, OnConflict::Abort);
            assert!(plan.is_empty() && plan.drift().is_empty(), "{plan:?}");
            assert_eq!(kinds(&plan), []);
            // What a program saves there is found as everywhere.
            fs::remove_file(home.at(old)).unwrap();
            fs::write(home.at(old), "saved").unwrap();
            let done = home.switch(&before, OnConflict::Abort).unwrap();
            assert_eq!(done.problems, [""; 0]);
            home.check(&before);
            home.generation = 1;
            realize(&mut home, &persisted);
            assert_eq!(home.read(".ssh/key"), "secret");
            fs::remove_dir_all(home.home()).unwrap();
            fs::create_dir(home.home()).unwrap();
            fs::remove_dir_all(home.root()).unwrap();
            home.forget_current();
            home.generation = 0;
        }
    });
}

#[test]
fn a_home_that_is_made_anew_finds_its_links() {
    everywhere(|mut home| {
        let tree = home.routed(CONFIG, SSH);
        realize(&mut home, &tree);
        fs::write(home.at(".ssh/key"), "secret").unwrap();
        fs::remove_dir_all(home.home()).unwrap();
        fs::create_dir(home.home()).unwrap();
        home.forget_current();
        realize(&mut home, &tree);
        assert_eq!(home.read(".ssh/key"), "secret");
        assert_eq!(home.read(".ssh/config"), "managed");
    });
}
