//! A run that is cut off is taken up by what is found, at each place that it
//! can stop at.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use super::mounts::apart;
use super::scratch::{Scratch, Tree, bound_by_modes, path};
use crate::home::{HomeDir, aside_of};
use crate::manifest::OnConflict;
use crate::reconcile::apply::Registered;
use crate::reconcile::journal::Journal;
use crate::reconcile::pivot::pivot;
use crate::reconcile::plan::InsteadOf;
use crate::reconcile::run::Run;
use crate::reconcile::{Recovered, interrupted, recover};

/// How far a run comes.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Until {
    Journal,
    Bridge,
    Moves,
    Pivot,
}

/// A home with everything that can be in the way, and the tree that it is on
/// the way to.
fn home() -> (Scratch, Tree) {
    let mut home = Scratch::new();
    home.realize(&[
        ("same", "1"),
        ("changed", "1"),
        ("stale", "1"),
        ("d/a", "1"),
        ("leaf", "1"),
        ("used/ours", "1"),
    ]);
    home.write("file", "mine");
    home.write("parent", "mine too");
    home.write("used/deep/mine", "and mine");
    home.write("beside", "linked");
    home.link("beside", "link");
    symlink("../beside", home.at("used/up")).unwrap();
    let tree = home.tree(&[
        ("same", "1"),
        ("changed", "2"),
        ("d", "leaf now"),
        ("leaf/is/dir", "2"),
        ("used", "2"),
        ("file", "2"),
        ("link", "2"),
        ("parent/of/x", "2"),
        ("new/y", "2"),
    ]);
    (home, tree)
}

/// What programs read at every path that matters.
fn reads(home: &Scratch) -> BTreeMap<&'static str, String> {
    let paths = [
        "same",
        "changed",
        "stale",
        "d/a",
        "d",
        "leaf",
        "leaf/is/dir",
        "used",
        "used/ours",
        "used/deep/mine",
        "used/up",
        "file",
        "link",
        "parent",
        "parent/of/x",
        "new/y",
    ];
    let read = |path| {
        let read = fs::read_to_string(home.at(path));
        // That there is no such file has two forms.
        let kind = |error: std::io::Error| error.kind().to_string();
        read.unwrap_or_else(|error| kind(error).replace("not a directory", "entity not found"))
    };
    paths.into_iter().map(|path| (path, read(path))).collect()
}

/// A run to `tree` that stops, as if it had been killed.
fn cut_off(home: &Scratch, tree: &Tree, until: Until) {
    let plan = home.plan(tree, OnConflict::Backup);
    let lock = home.lock();
    let mut run = Run::new(&lock, 2).unwrap();
    let registered = Registered {
        introduces: 2,
        fresh: true,
        ..2.into()
    };
    let journal = run.reserve(&plan, &tree.path, &registered).unwrap();
    journal.write(&lock, &run.state).unwrap();
    if until >= Until::Moves {
        run.prepare(&plan, &journal).unwrap();
    } else if until == Until::Bridge {
        run.cross(&journal).unwrap();
    }
    if until == Until::Pivot {
        pivot(&lock, &run.state, &tree.path).unwrap();
    }
}

fn take_up(home: &Scratch) -> Recovered {
    let recovered = recover(&home.lock(), |_| Ok(())).unwrap().unwrap();
    home.check_over();
    home.check_listed();
    assert!(recover(&home.lock(), |_| Ok(())).unwrap().is_none());
    recovered
}

#[test]
fn before_the_pivot_it_is_taken_back_and_nothing_is_noticed_meanwhile() {
    for until in [Until::Journal, Until::Bridge, Until::Moves] {
        let (home, tree) = home();
        let (before, read) = (home.snapshot(), reads(&home));
        cut_off(&home, &tree, until);
        assert_eq!(reads(&home), read);
        let recovered = take_up(&home);
        assert!(recovered.undone && recovered.run.fresh);
        assert_eq!(recovered.problems, [""; 0]);
        assert_eq!(recovered.kept, []);
        assert_eq!(home.snapshot(), before);
        assert_eq!(reads(&home), read);
        assert!(!home.layout().backups().join("2").exists());
    }
}

#[test]
fn after_the_pivot_it_is_finished() {
    let (mut home, tree) = home();
    cut_off(&home, &tree, Until::Pivot);
    let read = reads(&home);
    let recovered = take_up(&home);
    assert!(!recovered.undone);
    assert_eq!(recovered.problems, [""; 0]);
    home.check(&tree);
    // Only what came out of `d` could be read there through its link.
    assert_eq!(reads(&home), read);
    let kept: Vec<_> = recovered
        .kept
        .iter()
        .map(|(_, path)| path.clone())
        .collect();
    assert_eq!(kept, ["file", "link", "parent", "used"].map(path));
    let backups = home.layout().backups().join("2");
    let kept = |path: &str| fs::read_to_string(backups.join(path)).unwrap();
    assert_eq!(kept("file"), "mine");
    assert_eq!(kept("used/deep/mine"), "and mine");
    // The next run has nothing to do.
    home.set_current(&tree);
    assert!(home.plan(&tree, OnConflict::Abort).is_empty());
}

#[test]
fn a_first_run_is_taken_back_to_nothing() {
    let home = Scratch::new();
    home.write("file", "mine");
    let before = home.snapshot();
    let tree = home.tree(&[("file", "1"), ("new/x", "2"), ("y", "3")]);
    cut_off(&home, &tree, Until::Moves);
    assert_eq!(home.read("file"), "mine");
    let open = HomeDir::open(&home.layout()).unwrap();
    assert_eq!(open.current_tree().unwrap(), None);
    assert!(take_up(&home).undone);
    assert_eq!(home.snapshot(), before);
    assert!(fs::symlink_metadata(home.layout().anchor()).is_err());
}

#[test]
fn what_somebody_saved_meanwhile_stays_and_the_older_becomes_a_backup() {
    let (home, tree) = home();
    cut_off(&home, &tree, Until::Moves);
    for path in ["file", "new/y", "same"] {
        fs::remove_file(home.at(path)).unwrap();
        home.write(path, "newer");
    }
    let recovered = take_up(&home);
    assert!(recovered.undone);
    for path in ["file", "new/y", "same"] {
        assert_eq!(home.read(path), "newer");
    }
    assert_eq!(recovered.kept, [("2".to_owned(), path("file"))]);
    let kept = home.layout().backups().join("2/file");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn what_somebody_removed_meanwhile_does_not_keep_the_rest_from_going_back() {
    let (home, tree) = home();
    let before = home.snapshot();
    cut_off(&home, &tree, Until::Moves);
    fs::remove_file(home.at("file")).unwrap();
    fs::remove_file(home.at("new/y")).unwrap();
    assert!(take_up(&home).undone);
    assert_eq!(home.snapshot(), before);
}

#[test]
fn what_a_program_makes_on_the_bridge_is_kept() {
    let (home, tree) = home();
    cut_off(&home, &tree, Until::Moves);
    // `used` is a link to the bridge now.
    home.write("used/deep/mine", "written through");
    fs::write(home.at("used/made"), "on the bridge").unwrap();
    let recovered = take_up(&home);
    assert_eq!(home.read("used/deep/mine"), "written through");
    assert_eq!(recovered.kept, [("2".to_owned(), path("used/made"))]);
    let kept = home.layout().backups().join("2/used/made");
    assert_eq!(fs::read_to_string(kept).unwrap(), "on the bridge");
}

/// What the journal knows as the place of a copy is removed when the original
/// goes back, so nothing else may have been put there.
#[test]
fn a_place_that_the_journal_names_is_left_to_it() {
    let (home, other) = apart();
    home.write("file", "mine");
    let tree = home.tree(&[("file", "1")]);
    cut_off(&home, &tree, Until::Moves);
    // Cut off once more while it was taken back, where an exchange takes two
    // steps: a program had just saved over our link.
    let beside = format!(".nhmt-work-{}-0", std::process::id());
    let slot = home.at(beside).join("1");
    fs::rename(&slot, slot.with_file_name(aside_of("1".as_ref()))).unwrap();
    fs::remove_file(home.at("file")).unwrap();
    fs::write(&slot, "saved").unwrap();
    fs::remove_file(home.layout().backups().join("2/file")).unwrap();
    let recovered = take_up(&home);
    assert_eq!(home.read("file"), "saved");
    assert_eq!(recovered.kept, [("2~2".to_owned(), path("file"))]);
    let kept = other.path().join("state/nhmt/backups/2~2/file");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn a_link_that_was_on_its_way_out_is_dealt_with() {
    let (home, tree) = home();
    cut_off(&home, &tree, Until::Pivot);
    let work = home.layout().state().join("work");
    let folder = fs::read_dir(&work).unwrap().next().unwrap().unwrap().path();
    let tag = |text| folder.join(crate::reconcile::work::tag(&path(text)));
    // A link of ours, one that a program had just saved over, and one whose
    // place has been taken since.
    fs::rename(home.at("stale"), tag("stale")).unwrap();
    fs::remove_file(home.at("same")).unwrap();
    fs::write(tag("same"), "saved").unwrap();
    fs::write(tag("changed"), "saved too").unwrap();
    fs::write(folder.join("t-7"), "from nowhere").unwrap();
    let recovered = take_up(&home);
    assert!(fs::symlink_metadata(home.at("stale")).is_err());
    assert_eq!(home.read("same"), "saved");
    assert_eq!(home.read("changed"), "saved too");
    let kept = home.layout().backups().join("2/recovered/t-7");
    assert_eq!(fs::read_to_string(kept).unwrap(), "from nowhere");
    assert!(
        recovered
            .kept
            .contains(&("2".to_owned(), path("recovered/t-7")))
    );
}

#[test]
fn a_tree_that_is_gone_is_named_and_the_rest_is_done() {
    let (mut home, tree) = home();
    let read = home.read("file");
    cut_off(&home, &tree, Until::Moves);
    fs::remove_dir_all(&tree.path).unwrap();
    let recovered = take_up(&home);
    assert!(recovered.undone);
    assert!(recovered.problems[0].contains("links of it may be left"));
    assert_eq!(home.read("file"), read);
    assert_eq!(home.read("parent"), "mine too");
    assert_eq!(
        home.read("new/y"),
        "<No such file or directory (os error 2)>"
    );
    // The next run takes over the links that are left.
    let tree = home.tree(&[("new/y", "3"), ("same", "1")]);
    home.switch(&tree, OnConflict::Backup).unwrap();
    home.check(&tree);
}

#[test]
fn the_old_tree_may_be_gone_when_the_new_one_is_in_force() {
    let (home, tree) = home();
    let open = HomeDir::open(&home.layout()).unwrap();
    let old = open.current_tree().unwrap().unwrap();
    cut_off(&home, &tree, Until::Pivot);
    fs::remove_dir_all(old).unwrap();
    let recovered = take_up(&home);
    assert!(!recovered.undone);
    assert_eq!(recovered.problems.len(), 1);
    home.check(&tree);
}

#[test]
fn an_anchor_that_leads_elsewhere_stays() {
    let (home, tree) = home();
    cut_off(&home, &tree, Until::Pivot);
    let other = home.tree(&[("same", "other")]);
    fs::remove_file(home.layout().anchor()).unwrap();
    symlink(&other.path, home.layout().anchor()).unwrap();
    assert!(!take_up(&home).undone);
    assert_eq!(fs::read_link(home.layout().anchor()).unwrap(), other.path);
    let kept = home.layout().backups().join("2/file");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn what_cannot_be_put_back_keeps_the_journal_until_it_can() {
    use std::os::unix::fs::PermissionsExt;
    let home = Scratch::new();
    home.write("dir/file", "mine");
    let before = home.snapshot();
    let tree = home.tree(&[("dir/file", "1")]);
    cut_off(&home, &tree, Until::Moves);
    let mode = |mode| fs::set_permissions(home.at("dir"), fs::Permissions::from_mode(mode));
    mode(0o555).unwrap();
    let recovered = bound_by_modes(|| recover(&home.lock(), |_| Ok(())));
    let error = recovered.unwrap_err().to_string();
    assert!(
        error.contains("~/dir/file") && error.contains("correct that"),
        "{error}"
    );
    assert_eq!(home.read("dir/file"), "mine");
    mode(0o755).unwrap();
    take_up(&home);
    assert_eq!(home.snapshot(), before);
}

#[test]
fn readers_are_told_of_a_run_that_was_cut_off_and_not_of_one_on_its_way() {
    let (home, tree) = home();
    let open = HomeDir::open(&home.layout()).unwrap();
    assert_eq!(interrupted(&open).unwrap(), None);
    cut_off(&home, &tree, Until::Moves);
    let run = interrupted(&open).unwrap().unwrap();
    assert_eq!((run.process, run.generation), (std::process::id(), 2));
    let lock = home.lock();
    assert_eq!(interrupted(&open).unwrap(), None);
    drop(lock);
    // The process is gone, so nobody else can be at it for long.
    let state = open.state().unwrap().unwrap();
    let mut journal = Journal::read(&open, &state).unwrap().unwrap();
    journal.writer.process = u32::MAX >> 2;
    journal.write(&open, &state).unwrap();
    let _lock = home.lock();
    assert!(interrupted(&open).unwrap().is_some());
}

#[test]
fn the_bridge_shows_what_is_moved_and_the_old_tree() {
    let (home, tree) = home();
    cut_off(&home, &tree, Until::Bridge);
    let anchor = home.layout().anchor();
    assert_eq!(fs::read_to_string(anchor.join("home/same")).unwrap(), "1");
    assert!(anchor.join("index").is_file());
    let open = HomeDir::open(&home.layout()).unwrap();
    let old = open.current_tree().unwrap().unwrap();
    assert_eq!(fs::read_link(anchor.join("tree")).unwrap(), old);
    take_up(&home);
    assert_eq!(fs::read_link(&anchor).unwrap(), old);
}

#[test]
fn a_run_that_moves_nothing_of_others_needs_no_bridge() {
    let mut home = Scratch::new();
    home.realize(&[("a", "1"), ("d/x", "1"), ("leaf", "1")]);
    let tree = home.tree(&[("a", "2"), ("d", "1"), ("leaf/x", "1"), ("n/x", "1")]);
    let plan = home.plan(&tree, OnConflict::Backup);
    assert!(plan.needs_journal() && !plan.needs_bridge());
    // And one that only renews links needs no journal.
    let tree = home.tree(&[("a", "2"), ("d/x", "1"), ("leaf", "1")]);
    assert!(!home.plan(&tree, OnConflict::Backup).needs_journal());
}

#[test]
fn a_directory_that_was_made_writable_on_its_way_gets_its_mode_back() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let set = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o777;
    for until in [Until::Bridge, Until::Moves, Until::Pivot] {
        let home = Scratch::new();
        home.write("d/mine", "mine");
        set(&home.at("d"), 0o555);
        let tree = home.tree(&[("d", "1")]);
        cut_off(&home, &tree, until);
        let kept = home.layout().backups().join("2/d");
        let now = match until {
            Until::Bridge => home.at("d"),
            _ => kept.clone(),
        };
        assert_eq!(mode(&now), 0o555);
        set(&now, 0o755);
        let recovered = take_up(&home);
        assert_eq!(recovered.problems, [""; 0]);
        let then = if recovered.undone { home.at("d") } else { kept };
        assert_eq!(mode(&then), 0o555);
        assert_eq!(fs::read_to_string(then.join("mine")).unwrap(), "mine");
        set(&then, 0o755);
    }
}

/// A filesystem that does not tell capitals from small letters, as far as one
/// that does can play it: the entry has the new name.
#[test]
fn both_names_of_a_link_resolve_while_it_is_renamed() {
    let mut home = Scratch::new();
    home.realize(&[("d/readme", "old")]);
    fs::rename(home.at("d/readme"), home.at("d/README")).unwrap();
    let tree = home.tree(&[("d/README", "new")]);
    let mut plan = home.plan(&tree, OnConflict::Abort);
    assert_eq!(plan.before.len(), 1);
    plan.before[0].instead_of = InsteadOf::Renamed(path("d/readme"));
    let lock = home.lock();
    let mut run = Run::new(&lock, 2).unwrap();
    let journal = run.reserve(&plan, &tree.path, &2.into()).unwrap();
    journal.write(&lock, &run.state).unwrap();
    run.prepare(&plan, &journal).unwrap();
    assert_eq!(home.read("d/README"), "old");
    let anchored = home.layout().anchor().join("home/d/readme");
    assert_eq!(fs::read_to_string(anchored).unwrap(), "old");
    drop(run);
    drop(lock);
    assert!(take_up(&home).undone);
    let target = fs::read_link(home.at("d/README")).unwrap();
    assert_eq!(target, home.layout().link_target(&path("d/readme")));
    let done = home.apply(plan, &tree).unwrap();
    assert_eq!(done.problems, [""; 0]);
    assert_eq!(home.read("d/README"), "new");
}
