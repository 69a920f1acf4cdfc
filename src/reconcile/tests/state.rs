//! Persisted paths: each way in which one can be found, and what a run makes
//! of it, with the root on the same mount and on another.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use super::filesystem;
use super::scratch::{Scratch, bound_by_modes, path};
use crate::home::plain;
use crate::manifest::{OnConflict, RouteKind};
use crate::reconcile::{ConflictKind, DriftKind, ReconcileError, apply};

const SSH: &[(&str, RouteKind)] = &[(".ssh", RouteKind::Directory)];
const HISTORY: &[(&str, RouteKind)] = &[("history", RouteKind::File)];

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

/// Everything in a directory but nhmt's own room: path to content.
pub(super) fn content(dir: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(dir).min_depth(1).into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != ".nhmt");
    let mut all = BTreeMap::new();
    for entry in walk {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(dir).unwrap();
        let what = if entry.path_is_symlink() {
            format!("-> {}", fs::read_link(entry.path()).unwrap().display())
        } else if entry.file_type().is_dir() {
            continue;
        } else {
            fs::read_to_string(entry.path()).unwrap()
        };
        all.insert(name.to_str().unwrap().to_owned(), what);
    }
    all
}

/// Nothing of a run is left in the root.
pub(super) fn check_root(home: &Scratch) {
    let own = home.root().join(".nhmt");
    assert_eq!(fs::read_dir(own.join("work")).unwrap().count(), 0);
    assert!(!own.join("journal").exists());
}

#[test]
fn a_link_to_data_like_that_of_the_root_is_a_persons() {
    for text in [None, Some("same")] {
        let home = Scratch::new();
        fs::create_dir_all(home.root().join(".ssh")).unwrap();
        fs::create_dir(home.at("mine")).unwrap();
        if let Some(text) = text {
            fs::write(home.root().join(".ssh/key"), text).unwrap();
            fs::write(home.root().join("history"), text).unwrap();
            home.write("mine/key", text);
            home.write("mine/history", text);
            home.link("mine/history", "history");
        }
        home.link("mine", ".ssh");
        let tree = home.routed(&[], &[SSH, HISTORY].concat());
        let plan = home.plan(&tree, OnConflict::Abort);
        let kinds: Vec<_> = plan.conflicts().iter().map(|one| one.kind).collect();
        let links = if text.is_some() { 2 } else { 1 };
        assert_eq!(kinds, vec![ConflictKind::ForeignLink; links]);
        assert_eq!(plan.already_there(), []);
    }
}

#[test]
fn what_is_nowhere_yet_gets_its_directories() {
    everywhere(|mut home| {
        let routes = [
            (".ssh", RouteKind::Directory),
            (".local/share/x", RouteKind::Directory),
            ("deep/file", RouteKind::File),
        ];
        let tree = home.routed(&[("a", "1")], &routes);
        let done = home.switch(&tree, OnConflict::Abort).unwrap();
        assert_eq!(done.problems, [""; 0]);
        home.check(&tree);
        check_root(&home);
        let mode = |path: &str| fs::metadata(home.root().join(path)).unwrap().mode() & 0o777;
        assert_eq!((mode(".ssh"), mode(".local/share/x")), (0o700, 0o755));
        assert_eq!((mode("deep"), mode(".nhmt")), (0o755, 0o700));
        // The link of a file dangles until a program writes.
        assert!(!home.at("deep/file").exists());
        fs::write(home.at("deep/file"), "written").unwrap();
        fs::write(home.at(".ssh/key"), "secret").unwrap();
        assert_eq!(home.persistent("deep/file"), "written");
        assert_eq!(home.persistent(".ssh/key"), "secret");
        assert!(home.plan(&tree, OnConflict::Abort).is_empty());
    });
}

#[test]
fn what_the_home_has_moves_to_the_root() {
    everywhere(|mut home| {
        home.realize(&[("a", "1")]);
        home.write(".ssh/key", "secret");
        home.write(".ssh/deep/known", "hosts");
        symlink("key", home.at(".ssh/link")).unwrap();
        home.write("history", "ls");
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(home.at(".ssh"), private).unwrap();
        let tree = home.routed(&[("a", "1")], &[SSH[0], HISTORY[0]]);
        let plan = home.plan(&tree, OnConflict::Abort);
        assert!(plan.conflicts().is_empty() && plan.drift().is_empty());
        let done = home.apply(plan, &tree).unwrap();
        assert_eq!(done.problems, [""; 0]);
        assert_eq!(done.adopted, [path(".ssh"), path("history")]);
        home.check(&tree);
        check_root(&home);
        let all = [
            (".ssh/deep/known", "hosts"),
            (".ssh/key", "secret"),
            (".ssh/link", "-> key"),
            ("history", "ls"),
        ];
        let all = all.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(content(&home.root()), BTreeMap::from(all));
        assert_eq!(home.read(".ssh/link"), "secret");
        let mode = fs::metadata(home.at(".ssh/.")).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o700);
        home.check_listed();
        assert!(home.plan(&tree, OnConflict::Abort).is_empty());
    });
}

#[test]
fn on_the_same_mount_whoever_has_a_file_open_keeps_it() {
    use std::io::Write;
    let mut home = Scratch::new();
    home.write(".ssh/known", "1");
    let open = fs::OpenOptions::new()
        .append(true)
        .open(home.at(".ssh/known"));
    let mut open = open.unwrap();
    let inode = fs::metadata(home.at(".ssh")).unwrap().ino();
    let tree = home.routed(&[], SSH);
    let done = home.switch(&tree, OnConflict::Abort).unwrap();
    assert_eq!(done.backed_up, []);
    assert_eq!(fs::metadata(home.root().join(".ssh")).unwrap().ino(), inode);
    open.write_all(b" and more").unwrap();
    assert_eq!(home.read(".ssh/known"), "1 and more");
}

#[test]
fn across_mounts_the_source_becomes_a_backup_and_a_writer_is_named() {
    use std::io::Write;
    let mut home = Scratch::new();
    let other = filesystem::elsewhere(&home.home());
    home.set_root(other.path().join("root"));
    home.write(".ssh/known", "1");
    let open = fs::OpenOptions::new()
        .append(true)
        .open(home.at(".ssh/known"));
    let mut open = open.unwrap();
    let tree = home.routed(&[], SSH);
    let done = home.switch(&tree, OnConflict::Abort).unwrap();
    assert_eq!(done.backed_up, [("1".to_owned(), path(".ssh"))]);
    assert_eq!(done.problems.len(), 1, "{:?}", done.problems);
    assert!(
        done.problems[0].contains("backups/1/.ssh"),
        "{:?}",
        done.problems
    );
    open.write_all(b" and more").unwrap();
    let kept = home.layout().backups().join("1/.ssh/known");
    assert_eq!(fs::read_to_string(kept).unwrap(), "1 and more");
    assert_eq!(home.read(".ssh/known"), "1");
}

#[test]
fn what_the_root_has_is_found_again() {
    everywhere(|mut home| {
        let tree = home.routed(&[], SSH);
        fs::create_dir_all(home.root().join(".ssh")).unwrap();
        fs::write(home.root().join(".ssh/key"), "old").unwrap();
        home.switch(&tree, OnConflict::Abort).unwrap();
        home.check(&tree);
        assert_eq!(home.read(".ssh/key"), "old");
    });
}

#[test]
fn data_in_both_is_never_decided_by_a_policy() {
    everywhere(|mut home| {
        let tree = home.routed(&[], &[SSH[0], HISTORY[0]]);
        fs::create_dir_all(home.root().join(".ssh")).unwrap();
        fs::write(home.root().join(".ssh/key"), "old").unwrap();
        fs::write(home.root().join("history"), "old").unwrap();
        home.write(".ssh/key", "new");
        home.write("history", "new");
        let before = (home.snapshot(), content(&home.root()));
        for policy in [OnConflict::Abort, OnConflict::Backup] {
            let error = home.switch(&tree, policy).unwrap_err();
            let ReconcileError::Conflicts(plan) = error else {
                panic!("{error}");
            };
            let kinds: Vec<_> = plan.open_conflicts().map(|c| c.kind).collect();
            assert_eq!(kinds, [ConflictKind::DataInBoth; 2]);
            let message = plan.conflicts()[0].message();
            assert!(
                message.contains("persist/home") || message.contains("/.ssh"),
                "{message}"
            );
        }
        assert_eq!((home.snapshot(), content(&home.root())), before);
        assert!(!home.root().join(".nhmt").exists(), "something was written");
    });
}

#[test]
fn equal_data_becomes_a_backup_without_a_question() {
    everywhere(|mut home| {
        let tree = home.routed(&[], &[SSH[0], HISTORY[0]]);
        fs::create_dir_all(home.root().join(".ssh")).unwrap();
        fs::write(home.root().join(".ssh/key"), "same").unwrap();
        fs::write(home.root().join(".ssh/more"), "more").unwrap();
        fs::write(home.root().join("history"), "same").unwrap();
        home.write(".ssh/key", "same");
        home.write("history", "same");
        let done = home.switch(&tree, OnConflict::Abort).unwrap();
        assert_eq!(done.problems, [""; 0]);
        assert_eq!(done.backed_up.len(), 2);
        home.check(&tree);
        assert_eq!(home.read(".ssh/more"), "more");
    });
}

#[test]
fn an_empty_directory_in_the_root_counts_as_nothing() {
    everywhere(|mut home| {
        let tree = home.routed(&[], SSH);
        fs::create_dir_all(home.root().join(".ssh")).unwrap();
        home.write(".ssh/key", "mine");
        home.switch(&tree, OnConflict::Abort).unwrap();
        home.check(&tree);
        assert_eq!(home.persistent(".ssh/key"), "mine");
    });
}

#[test]
fn links_that_lead_there_already_are_taken_over() {
    for target in ["place", "direct"] {
        let mut home = Scratch::new();
        let tree = home.routed(&[], SSH);
        let place = home.root().join(".ssh");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("key"), "mine").unwrap();
        match target {
            "place" => home.link(&place, ".ssh"),
            _ => home.link(format!("/.{}", place.display()), ".ssh"),
        }
        let plan = home.plan(&tree, OnConflict::Abort);
        assert!(plan.conflicts().is_empty() && plan.drift().is_empty());
        home.apply(plan, &tree).unwrap();
        home.check(&tree);
        assert_eq!(home.read(".ssh/key"), "mine");
        assert!(home.plan(&tree, OnConflict::Abort).is_empty());
    }
}

#[test]
fn data_at_an_older_place_is_a_conflict_and_never_an_empty_directory() {
    // As impermanence had it before it appended the home's path.
    let mut home = Scratch::new();
    let base = home.home().with_file_name("base");
    let root = base.join(home.home().strip_prefix("/").unwrap());
    home.set_root(root);
    fs::create_dir_all(base.join(".ssh")).unwrap();
    let tree = home.routed(&[], SSH);
    assert!(
        home.plan(&tree, OnConflict::Abort).conflicts().is_empty(),
        "it is empty"
    );
    fs::write(base.join(".ssh/key"), "mine").unwrap();
    for link in [false, true] {
        if link {
            home.link(base.join(".ssh"), ".ssh");
        }
        let plan = home.plan(&tree, OnConflict::Backup);
        let kinds: Vec<_> = plan.open_conflicts().map(|c| c.kind).collect();
        assert_eq!(kinds, [ConflictKind::OldPersistentPlace], "{link}");
    }
    fs::remove_file(home.at(".ssh")).unwrap();
    fs::create_dir_all(home.root()).unwrap();
    fs::rename(base.join(".ssh"), home.root().join(".ssh")).unwrap();
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
    assert_eq!(home.read(".ssh/key"), "mine");
}

#[test]
fn another_root_does_not_begin_empty_either() {
    let mut home = Scratch::new();
    home.write(".ssh/key", "mine");
    let tree = home.routed(&[], SSH);
    home.switch(&tree, OnConflict::Abort).unwrap();
    let before = home.root();
    home.set_root(before.with_file_name("another"));
    let tree = home.routed(&[], SSH);
    let plan = home.plan(&tree, OnConflict::Backup);
    let conflict = plan.open_conflicts().next().unwrap();
    assert_eq!(conflict.kind, ConflictKind::OldPersistentPlace);
    let place = before.join(".ssh");
    assert!(conflict.message().contains(place.to_str().unwrap()));
}

#[test]
fn a_file_that_replaced_its_link_is_the_newer_truth() {
    everywhere(|mut home| {
        let tree = home.routed(&[("a", "1")], HISTORY);
        home.write("history", "1");
        home.switch(&tree, OnConflict::Abort).unwrap();
        for text in ["2", "3"] {
            fs::remove_file(home.at("history")).unwrap();
            home.write("history", text);
            let plan = home.plan(&tree, OnConflict::Abort);
            assert_eq!(plan.drift()[0].kind, DriftKind::NewerThanPersistent);
            let done = home.apply(plan, &tree).unwrap();
            assert_eq!(done.problems, [""; 0]);
            assert_eq!(done.kept_in_roots.len(), 1);
            home.check(&tree);
            check_root(&home);
            assert_eq!(home.persistent("history"), text);
        }
        let kept = home.root().join(".nhmt/backups");
        assert_eq!(fs::read_to_string(kept.join("2/history")).unwrap(), "1");
        assert_eq!(fs::read_to_string(kept.join("3/history")).unwrap(), "2");
    });
}

#[test]
fn a_root_that_cannot_be_written_to_is_said_before_anything_is_changed() {
    let mut home = Scratch::new();
    home.write(".ssh/key", "mine");
    let above = home.root();
    let above = above.parent().unwrap();
    fs::create_dir(above).unwrap();
    fs::set_permissions(above, fs::Permissions::from_mode(0o555)).unwrap();
    let tree = home.routed(&[("a", "1")], SSH);
    let plan = home.plan(&tree, OnConflict::Abort);
    let before = home.snapshot();
    let error = bound_by_modes(|| apply(&home.lock(), plan, &tree.path, 1)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("cannot be used") && text.contains("install -d"),
        "{text}"
    );
    assert_eq!(home.snapshot(), before);
    home.check_over();
    fs::set_permissions(above, fs::Permissions::from_mode(0o755)).unwrap();
    home.switch(&tree, OnConflict::Abort).unwrap();
    home.check(&tree);
}

#[test]
fn rolling_back_past_an_adoption_keeps_the_route() {
    everywhere(|mut home| {
        home.write(".ssh/key", "mine");
        home.realize(&[("a", "1")]);
        let tree = home.routed(&[("a", "2")], SSH);
        home.switch(&tree, OnConflict::Abort).unwrap();
        // Back to the first generation.
        home.generation = 0;
        let old = home.tree(&[("a", "1")]);
        home.switch(&old, OnConflict::Abort).unwrap();
        home.check(&old);
        assert_eq!(home.read(".ssh/key"), "mine");
        let direct = fs::read_link(home.at(".ssh")).unwrap();
        assert!(direct.starts_with(home.root()), "{direct:?}");
        // And on again, twice, so that nothing piles up.
        for _ in 0..2 {
            home.generation = 1;
            home.switch(&tree, OnConflict::Abort).unwrap();
            home.check(&tree);
            assert!(home.plan(&tree, OnConflict::Abort).is_empty());
            home.generation = 0;
            home.switch(&old, OnConflict::Abort).unwrap();
            assert_eq!(home.read(".ssh/key"), "mine");
        }
        // A later generation without it lets the link go, and not the data.
        home.generation = 5;
        home.switch(&tree, OnConflict::Abort).unwrap();
        let without = home.tree(&[("a", "3")]);
        home.switch(&without, OnConflict::Abort).unwrap();
        assert!(fs::symlink_metadata(home.at(".ssh")).is_err());
        assert_eq!(home.persistent(".ssh/key"), "mine");
    });
}

#[test]
fn links_of_the_generation_before_do_not_stay_in_the_root() {
    everywhere(|mut home| {
        home.realize(&[(".ssh/config", "ours"), ("a", "1")]);
        home.write(".ssh/key", "mine");
        let tree = home.routed(&[("a", "1")], SSH);
        let done = home.switch(&tree, OnConflict::Abort).unwrap();
        assert_eq!(done.problems, [""; 0]);
        home.check(&tree);
        assert_eq!(content(&home.root().join(".ssh")).len(), 1);
        assert_eq!(home.read(".ssh/key"), "mine");
    });
}

#[test]
fn a_home_that_was_thrown_away_finds_everything_again() {
    everywhere(|mut home| {
        home.write(".ssh/key", "mine");
        home.write("history", "1");
        let tree = home.routed(&[("a", "1")], &[SSH[0], HISTORY[0]]);
        home.switch(&tree, OnConflict::Abort).unwrap();
        fs::remove_dir_all(home.home()).unwrap();
        fs::create_dir(home.home()).unwrap();
        home.forget_current();
        home.switch(&tree, OnConflict::Abort).unwrap();
        home.check(&tree);
        assert_eq!(home.read(".ssh/key"), "mine");
        assert_eq!(home.read("history"), "1");
    });
}
