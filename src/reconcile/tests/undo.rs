//! A run that cannot be finished leaves the home as it was.

use std::fs;

use super::scratch::{Scratch, bound_by_modes, path};
use crate::home::plain;
use crate::manifest::OnConflict;
use crate::reconcile::ReconcileError;

/// Something changes between looking and acting, and everything that the run
/// had done by then is undone.
fn interfere(change: impl Fn(&Scratch)) {
    interfere_once(&change);
    let _plain = plain::Forced::new();
    interfere_once(&change);
}

fn interfere_once(change: &impl Fn(&Scratch)) {
    let mut home = Scratch::new();
    home.realize(&[("kept", "1"), ("d/a", "2"), ("stale", "3")]);
    home.write("file", "mine");
    home.write("equal", "same");
    let tree = home.tree(&[
        ("kept", "9"),
        ("d", "leaf"),
        ("equal", "same"),
        ("file", "wanted"),
        ("new/x/y", "1"),
        ("zz", "last"),
    ]);
    let plan = home.plan(&tree, OnConflict::Backup);
    assert_eq!(plan.open_conflicts().count(), 0);
    change(&home);
    let before = home.snapshot();
    let anchor = fs::read_link(home.layout().anchor()).unwrap();
    let error = home.apply(plan, &tree).unwrap_err();
    assert!(matches!(error, ReconcileError::Changed(_)), "{error}");
    assert_eq!(home.snapshot(), before);
    assert_eq!(fs::read_link(home.layout().anchor()).unwrap(), anchor);
    let state = home.layout().state();
    assert_eq!(fs::read_dir(state.join("work")).unwrap().count(), 0);
    assert!(!state.join("backups/2").exists());
    home.check_listed();
    // And the next run does it.
    home.switch(&tree, OnConflict::Backup).unwrap();
    home.check(&tree);
}

#[test]
fn a_file_appears_where_a_link_belongs() {
    interfere(|home| home.write("zz", "saved"));
}

#[test]
fn a_file_appears_where_a_directory_belongs() {
    interfere(|home| home.write("new", "saved"));
}

#[test]
fn a_foreign_file_appears_in_a_directory_of_ours() {
    interfere(|home| home.write("d/saved", "saved"));
}

#[test]
fn an_equal_file_is_not_equal_any_more() {
    interfere(|home| {
        fs::remove_file(home.at("equal")).unwrap();
        home.write("equal", "changed");
    });
}

#[test]
fn a_file_in_the_way_goes() {
    interfere(|home| fs::remove_file(home.at("file")).unwrap());
}

#[test]
fn a_file_in_the_way_becomes_a_directory() {
    interfere(|home| {
        fs::remove_file(home.at("file")).unwrap();
        home.write("file/inside", "saved");
    });
}

#[test]
fn a_file_that_is_saved_again_is_kept_in_its_last_form() {
    let mut home = Scratch::new();
    home.write("file", "first");
    let tree = home.tree(&[("file", "wanted")]);
    let plan = home.plan(&tree, OnConflict::Backup);
    fs::remove_file(home.at("file")).unwrap();
    home.write("file", "second");
    let done = home.apply(plan, &tree).unwrap();
    assert_eq!(done.backed_up, [("1".to_owned(), path("file"))]);
    let kept = home.layout().backups().join("1/file");
    assert_eq!(fs::read_to_string(kept).unwrap(), "second");
}

#[test]
fn a_stale_link_that_was_saved_over_stays() {
    let mut home = Scratch::new();
    home.realize(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let tree = home.tree(&[("b", "9"), ("c/x", "1")]);
    let plan = home.plan(&tree, OnConflict::Abort);
    for name in ["a", "b", "c"] {
        fs::remove_file(home.at(name)).unwrap();
        home.write(name, "saved");
    }
    let done = home.apply(plan, &tree).unwrap();
    assert_eq!(done.problems.len(), 1, "{:?}", done.problems);
    // The others are switched, though one of them could not be finished.
    let problem = &done.problems[0];
    assert!(
        problem.starts_with("~/c was changed by another"),
        "{problem}"
    );
    assert!(problem.contains("everything else is switched"), "{problem}");
    for name in ["a", "b", "c"] {
        assert_eq!(home.read(name), "saved");
    }
}

#[test]
fn a_home_that_is_not_writable_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let mut home = Scratch::new();
    let mode = |mode| fs::set_permissions(home.home(), fs::Permissions::from_mode(mode));
    mode(0o555).unwrap();
    let tree = home.tree(&[("a", "1")]);
    let result = bound_by_modes(|| home.switch(&tree, OnConflict::Abort));
    fs::set_permissions(home.home(), fs::Permissions::from_mode(0o755)).unwrap();
    let error = result.unwrap_err().to_string();
    assert!(error.contains(home.home().to_str().unwrap()), "{error}");
    assert!(error.contains("not writable"), "{error}");
    assert_eq!(fs::read_dir(home.home()).unwrap().count(), 0);
}
