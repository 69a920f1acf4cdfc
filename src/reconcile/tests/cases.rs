//! The transitions without anything in the way.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;

use super::scratch::Scratch;
use crate::home::{HomeDir, Layout};
use crate::manifest::{HomePath, OnConflict};
use crate::reconcile::{Counts, DriftKind, verify};

#[test]
fn a_first_run_and_nothing_to_do() {
    let mut home = Scratch::new();
    home.write(".config/mine", "kept");
    let files = [(".bashrc", "a"), (".config/x/y/z", "b"), (".config/w", "c")];
    let done = home.realize(&files);
    assert_eq!(done.counts.created, 3);
    assert_eq!(home.read(".config/mine"), "kept");
    let plan = home.plan(&home.tree(&files), OnConflict::Abort);
    assert!(plan.is_empty());
    assert_eq!(plan.counts().unchanged, 3);
}

#[test]
fn a_switch_adds_removes_and_renews_what_changed() {
    let mut home = Scratch::new();
    home.realize(&[("gone/deep/a", "1"), ("same", "2"), ("other", "3")]);
    let inode = |home: &Scratch, name| fs::symlink_metadata(home.at(name)).unwrap().ino();
    let (same, other) = (inode(&home, "same"), inode(&home, "other"));
    let done = home.realize(&[("same", "2"), ("other", "4"), ("new", "5")]);
    let counts = Counts {
        created: 1,
        removed: 1,
        unchanged: 1,
        changed: 1,
        repaired: 0,
    };
    assert_eq!(done.counts, counts);
    assert!(!home.at("gone").exists(), "an own empty directory stays");
    assert_eq!(inode(&home, "same"), same);
    assert_ne!(inode(&home, "other"), other, "watchers get no event");
}

#[test]
fn rolling_back_gives_the_old_home() {
    let mut home = Scratch::new();
    let old = [("a", "1"), ("d/x", "2"), ("leaf", "3"), ("dir/in/y", "4")];
    home.realize(&old);
    let before = home.snapshot();
    home.realize(&[
        ("b", "1"),
        ("d/x", "9"),
        ("leaf/now/dir", "3"),
        ("dir", "leaf"),
    ]);
    home.realize(&old);
    assert_eq!(home.snapshot(), before);
}

#[test]
fn directories_of_others_stay() {
    let mut home = Scratch::new();
    fs::create_dir(home.at("theirs")).unwrap();
    home.realize(&[("theirs/a", "1"), ("ours/a", "1"), ("used/a", "1")]);
    home.write("used/by-me", "2");
    home.realize(&[]);
    assert!(home.at("theirs").is_dir());
    assert!(!home.at("ours").exists());
    assert_eq!(home.read("used/by-me"), "2");
    fs::remove_file(home.at("used/by-me")).unwrap();
    home.realize(&[("z", "")]);
    assert!(!home.at("used").exists(), "it is ours and empty now");
}

#[test]
fn drift_is_listed_kept_and_repaired() {
    let mut home = Scratch::new();
    let files = [("file", "1"), ("gone", "2"), ("dir", "3"), ("a/b/c", "4")];
    home.realize(&files);
    for path in ["file", "gone", "dir"] {
        fs::remove_file(home.at(path)).unwrap();
    }
    fs::remove_dir_all(home.at("a")).unwrap();
    home.write("file", "saved by a program");
    home.write("dir/inside", "saved too");
    home.write("a", "a file now");
    let tree = home.tree(&files);
    let open = HomeDir::open(&home.layout()).unwrap();
    let drift = verify(&open, &tree.index, &tree.path).unwrap();
    let kinds: Vec<_> = drift.iter().map(|d| (d.path.to_string(), d.kind)).collect();
    let expected = [
        ("a/b/c", DriftKind::ParentReplaced),
        ("dir", DriftKind::ReplacedByDirectory),
        ("file", DriftKind::ReplacedByFile),
        ("gone", DriftKind::Missing),
    ];
    assert_eq!(kinds, expected.map(|(path, kind)| (path.to_owned(), kind)));
    let done = home.realize(&files);
    assert_eq!(done.counts.repaired, 4);
    assert_eq!(done.counts.unchanged, files.len() - 4, "each counts once");
    let backups = home.layout().backups().join("2");
    let kept = |name: &str| fs::read_to_string(backups.join(name)).unwrap();
    assert_eq!(kept("file"), "saved by a program");
    assert_eq!(kept("dir/inside"), "saved too");
    assert_eq!(kept("a"), "a file now");
}

#[test]
fn what_took_the_place_of_an_unwanted_leaf_stays() {
    let mut home = Scratch::new();
    home.realize(&[("file", "1"), ("b", "2")]);
    fs::remove_file(home.at("file")).unwrap();
    home.write("file", "mine now");
    let plan = home.plan(&home.tree(&[("b", "2")]), OnConflict::Abort);
    assert!(!plan.drift()[0].wanted);
    home.realize(&[("b", "2")]);
    assert_eq!(home.read("file"), "mine now");
}

#[test]
fn a_lost_anchor_is_made_again() {
    let mut home = Scratch::new();
    home.realize(&[("a", "1"), ("b/c", "2")]);
    fs::remove_file(home.layout().anchor()).unwrap();
    home.realize(&[("a", "1"), ("b/c", "2")]);
}

#[test]
fn links_of_ours_that_no_index_names_are_taken_over() {
    let mut home = Scratch::new();
    let target = |name: &str| home.layout().link_prefix().join(name);
    home.link(target("elsewhere"), "leaf");
    home.link(target("top"), "top");
    home.realize(&[("leaf", "1"), ("top/x", "2")]);
}

#[test]
fn odd_and_long_names() {
    let mut home = Scratch::new();
    let long = "n".repeat(255);
    let odd = HomePath::new(b"dir\xff/na\nme").unwrap();
    let files = [(odd.clone(), "1"), (HomePath::new(&long).unwrap(), "2")];
    let files = files.map(|(path, text)| (path, text.to_owned())).into();
    let tree = home.tree_of(&files);
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
    let name = OsString::from_vec(odd.as_bytes().to_vec());
    fs::remove_file(home.at(&name)).unwrap();
    fs::write(home.at(&name), "mine").unwrap();
    fs::remove_file(home.at(&long)).unwrap();
    fs::write(home.at(&long), "long").unwrap();
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
    let backup = home.layout().backups().join("2");
    assert_eq!(fs::read(backup.join(&name)).unwrap(), b"mine");
    assert_eq!(fs::read(backup.join(&long)).unwrap(), b"long");
}

#[test]
fn a_name_that_is_too_long_is_an_error_and_nothing_changes() {
    let mut home = Scratch::new();
    home.write("mine", "1");
    let before = home.snapshot();
    let tree = home.tree(&[("a", "1"), ("b/c", "2")]);
    let mut plan = home.plan(&tree, OnConflict::Abort);
    let long = format!("z/{}", "n".repeat(256));
    plan.links.push(HomePath::new(&long[2..]).unwrap());
    let error = home.apply(plan, &tree).unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
    assert_eq!(home.snapshot(), before);
    assert!(!home.layout().anchor().exists());
}

#[test]
fn a_missing_home_is_named() {
    let layout = Layout::new("/nonexistent/home");
    let error = HomeDir::open(&layout).unwrap_err().to_string();
    assert!(error.contains("/nonexistent/home"), "{error}");
}
