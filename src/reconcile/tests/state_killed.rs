//! What commands do with one persisted path, killed at each of their moments.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use super::filesystem;
use super::scratch::{Scratch, Tree, path};
use crate::home::meddle::Meddler;
use crate::home::{HomeLock, plain};
use crate::manifest::{OnConflict, RouteKind};
use crate::reconcile::{Keep, ReconcileError, add_route, resolve_route, sync_routes, tidy};

struct Killed;

const ROUTES: [(&str, RouteKind); 2] =
    [(".ssh", RouteKind::Directory), ("history", RouteKind::File)];

/// Every content in the home and the root.
fn contents(home: &Scratch) -> BTreeSet<String> {
    let walks = [home.home(), home.root()].map(walkdir::WalkDir::new);
    let files = walks.into_iter().flatten().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned())
        .collect()
}

/// Kills `act` at each moment in turn, and goes on after it.
fn at_each_moment(
    prepare: impl Fn(&mut Scratch) -> Tree,
    mine: &[&str],
    act: impl Fn(&HomeLock, &Tree, &Scratch) -> Result<(), ReconcileError>,
    check: impl Fn(&Scratch),
) {
    for (far, steps) in [(false, false), (true, false), (false, true), (true, true)] {
        let _plain = steps.then(plain::Forced::new);
        for kill in 0.. {
            assert!(kill < 500, "it comes to no end");
            let mut home = Scratch::fast();
            let other = far.then(|| filesystem::elsewhere(&home.home()));
            if let Some(other) = &other {
                home.set_root(other.path().join("root"));
            }
            let tree = prepare(&mut home);
            let moments = Rc::new(Cell::new(0));
            let now = Rc::clone(&moments);
            let meddler = Meddler::new(move || {
                now.set(now.get() + 1);
                if now.get() == kill + 1 {
                    resume_unwind(Box::new(Killed));
                }
            });
            let done = catch_unwind(AssertUnwindSafe(|| act(&home.lock(), &tree, &home)));
            drop(meddler);
            let shown = format!("far {far}, steps {steps}, killed at {kill}");
            let all = contents(&home);
            for text in mine {
                assert!(all.contains(*text), "{shown}: {text} is lost of {all:?}");
            }
            match done {
                Ok(done) => done.unwrap_or_else(|error| panic!("{shown}: {error}")),
                Err(payload) if payload.is::<Killed>() => {
                    let lock = home.lock();
                    assert_eq!(tidy(&lock, 0), [""; 0], "{shown}");
                    match act(&lock, &tree, &home) {
                        // It was done already.
                        Ok(()) | Err(ReconcileError::Route(..)) => {}
                        Err(error) => panic!("{shown}, going on: {error}"),
                    }
                }
                Err(payload) => resume_unwind(payload),
            }
            let all = contents(&home);
            for text in mine {
                assert!(all.contains(*text), "{shown}, gone on: {text} is lost");
            }
            let checked = catch_unwind(AssertUnwindSafe(|| check(&home)));
            assert!(checked.is_ok(), "{shown}");
            assert_eq!(tidy(&home.lock(), 0), [""; 0], "{shown}");
            let work = fs::read_dir(home.root().join(".nhmt/work"));
            assert_eq!(work.map_or(0, Iterator::count), 0, "{shown}");
            if moments.get() <= kill {
                break;
            }
        }
    }
}

/// The root has it, and the home leads there. Killed between the two steps of
/// an exchange, the link waits for the next switch.
fn check_at(home: &Scratch, link: &str, file: &str, text: &str) {
    assert_eq!(home.persistent(file), text);
    let gone = fs::symlink_metadata(home.at(link)).is_err();
    if !(gone && plain::is_forced()) {
        assert!(home.at(link).is_symlink());
        assert_eq!(home.read(file), text);
    }
}

fn both(home: &mut Scratch) -> Tree {
    fs::create_dir_all(home.root().join(".ssh")).unwrap();
    fs::write(home.root().join(".ssh/key"), "persistent").unwrap();
    home.write(".ssh/key", "of the home");
    home.routed(&[], &ROUTES)
}

#[test]
fn a_decision_for_the_home() {
    at_each_moment(
        both,
        &["persistent", "of the home"],
        |lock, tree, _| resolve_route(lock, &tree.index, &path(".ssh"), Keep::Home).map(drop),
        |home| check_at(home, ".ssh", ".ssh/key", "of the home"),
    );
}

#[test]
fn a_decision_for_the_root() {
    at_each_moment(
        both,
        &["persistent", "of the home"],
        |lock, tree, _| resolve_route(lock, &tree.index, &path(".ssh"), Keep::Persistent).map(drop),
        |home| check_at(home, ".ssh", ".ssh/key", "persistent"),
    );
}

#[test]
fn a_path_that_is_added() {
    at_each_moment(
        |home| {
            home.write(".ssh/key", "mine");
            home.write(".ssh/deep/known", "hosts");
            home.routed(&[], &[])
        },
        &["mine", "hosts"],
        |lock, _, home| add_route(lock, &home.root(), &path(".ssh")).map(drop),
        |home| {
            assert_eq!(home.read(".ssh/key"), "mine");
            assert_eq!(home.persistent(".ssh/deep/known"), "hosts");
        },
    );
}

#[test]
fn a_newer_file_that_is_brought_to_the_root() {
    at_each_moment(
        |home| {
            let tree = home.routed(&[], &ROUTES);
            home.write("history", "older");
            home.switch(&tree, OnConflict::Abort).unwrap();
            fs::remove_file(home.at("history")).unwrap();
            home.write("history", "newer");
            tree
        },
        &["older", "newer"],
        |lock, tree, _| sync_routes(lock, &tree.index).map(drop),
        |home| {
            check_at(home, "history", "history", "newer");
        },
    );
}
