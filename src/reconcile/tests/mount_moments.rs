//! Mounts that come and go, with a run that is killed at each of its moments,
//! and with a program that writes at each of them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;
use std::rc::Rc;

use rustix::mount::{UnmountFlags, unmount};

use super::scratch::{Scratch, Tree};
use crate::home::meddle::Meddler;
use crate::manifest::{OnConflict, RouteKind, RouteMethod};
use crate::reconcile::{ReconcileError, recover};

struct Killed;

/// Set in the process that has mounts of its own.
const INSIDE: &str = "NHMT_TEST_MOUNTS";

/// Runs `body` where it can mount. `test` is the name of the caller.
fn with_mounts(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let root = rustix::process::geteuid().is_root();
    let output = Command::new("unshare")
        .arg(if root { "--mount" } else { "-rm" })
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg(format!("reconcile::tests::mount_moments::{test}"))
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{errors}"
    );
}

/// Takes what is mounted in the home away, as a restart does.
fn restart(home: &Scratch) {
    let _ = unmount(home.at(".ssh"), UnmountFlags::DETACH);
}

fn is_mounted(home: &Scratch) -> bool {
    let lock = home.lock();
    let dir = lock.dir();
    dir.mounted_at(".ssh".as_ref())
        .is_ok_and(|found| found.is_some())
}

/// Every content that can be seen in the home and the root.
fn contents(home: &Scratch) -> BTreeSet<String> {
    let walks = [home.home(), home.root()].map(walkdir::WalkDir::new);
    let files = walks.into_iter().flatten().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned())
        .collect()
}

/// A home, with the tree that mounts and the one that does not.
fn scratch() -> (Scratch, Tree, Tree) {
    let mut home = Scratch::fast();
    home.method = RouteMethod::Bind;
    let mounts = home.routed(&[("f", "1")], &[(".ssh", RouteKind::Directory)]);
    let none = home.tree(&[("f", "2")]);
    home.write(".ssh/key", "mine");
    (home, mounts, none)
}

/// Takes up what was cut off, and switches to `tree`.
fn go_on(home: &mut Scratch, tree: &Tree, shown: &str) {
    let recovered = recover(&home.lock(), |_| Ok(())).unwrap();
    let recovered = recovered.map(|recovered| recovered.problems);
    assert_eq!(recovered.unwrap_or_default(), [""; 0], "{shown}");
    for _ in 0..3 {
        let current = home.lock().current_tree().unwrap();
        if current.as_ref() == Some(&tree.path) {
            home.set_current(tree);
        }
        match home.switch(tree, OnConflict::Backup) {
            Ok(_) => return,
            Err(ReconcileError::Changed(_)) => {}
            Err(error) => panic!("{shown}: {error}"),
        }
    }
    panic!("{shown}: it comes to no end");
}

#[test]
fn a_run_that_is_killed_leaves_all_that_was_there() {
    with_mounts("a_run_that_is_killed_leaves_all_that_was_there", || {
        for gone in [false, true] {
            for kill in 0.. {
                assert!(kill < 200, "it comes to no end");
                let (mut home, mounts, none) = scratch();
                if gone {
                    home.switch(&mounts, OnConflict::Abort).unwrap();
                    assert!(is_mounted(&home));
                }
                let to = if gone { &none } else { &mounts };
                let moments = Rc::new(Cell::new(0));
                let now = Rc::clone(&moments);
                let meddler = Meddler::new(move || {
                    now.set(now.get() + 1);
                    if now.get() == kill + 1 {
                        resume_unwind(Box::new(Killed));
                    }
                });
                let done = catch_unwind(AssertUnwindSafe(|| home.switch(to, OnConflict::Abort)));
                drop(meddler);
                let shown = format!("gone {gone}, killed at {kill}");
                match done {
                    Ok(done) => drop(done.unwrap()),
                    Err(payload) if payload.is::<Killed>() => {}
                    Err(payload) => resume_unwind(payload),
                }
                assert!(contents(&home).contains("mine"), "{shown}: lost");
                if kill % 2 == 1 {
                    restart(&home);
                    assert!(contents(&home).contains("mine"), "{shown}: lost");
                }
                go_on(&mut home, to, &shown);
                assert_eq!(home.persistent(".ssh/key"), "mine", "{shown}");
                assert_eq!(is_mounted(&home), !gone, "{shown}");
                assert_eq!(home.at(".ssh").exists(), !gone, "{shown}");
                restart(&home);
                if moments.get() <= kill {
                    break;
                }
            }
        }
    });
}

#[test]
fn what_a_program_writes_meanwhile_is_not_lost() {
    with_mounts("what_a_program_writes_meanwhile_is_not_lost", || {
        for gone in [false, true] {
            for at in 0.. {
                assert!(at < 200, "it comes to no end");
                let (mut home, mounts, none) = scratch();
                if gone {
                    home.switch(&mounts, OnConflict::Abort).unwrap();
                }
                let to = if gone { &none } else { &mounts };
                let moments = Rc::new(Cell::new(0));
                let written = Rc::new(Cell::new(false));
                let (now, wrote) = (Rc::clone(&moments), Rc::clone(&written));
                let file = home.at(".ssh/new");
                let meddler = Meddler::new(move || {
                    now.set(now.get() + 1);
                    if now.get() == at + 1 {
                        wrote.set(fs::write(&file, "new").is_ok());
                    }
                });
                let done = home.switch(to, OnConflict::Backup);
                drop(meddler);
                let shown = format!("gone {gone}, written at {at}");
                match done {
                    Ok(_) => {}
                    Err(ReconcileError::Changed(_)) => go_on(&mut home, to, &shown),
                    Err(error) => panic!("{shown}: {error}"),
                }
                let all = contents(&home);
                assert!(all.contains("mine"), "{shown}: lost");
                assert_eq!(all.contains("new"), written.get(), "{shown}: lost");
                assert_eq!(is_mounted(&home), !gone, "{shown}");
                restart(&home);
                // Where nothing is persisted, it stays where it was made.
                let left = fs::read_dir(home.at(".ssh")).map_or(0, Iterator::count);
                assert!(gone || left == 0, "{shown}: something was covered");
                if moments.get() <= at {
                    break;
                }
            }
        }
    });
}

/// Both at once: what is in the directory when it is mounted over stays there
/// with the run that is killed.
#[test]
fn what_a_killed_run_covered_is_brought_out() {
    with_mounts("what_a_killed_run_covered_is_brought_out", || {
        let mut covered = 0;
        for kill in 1.. {
            let (mut home, mounts, _) = scratch();
            let moments = Rc::new(Cell::new(0));
            let now = Rc::clone(&moments);
            let file = home.at(".ssh/new");
            let meddler = Meddler::new(move || {
                now.set(now.get() + 1);
                if now.get() == kill {
                    let _ = fs::write(&file, "new");
                }
                if now.get() == kill + 1 {
                    resume_unwind(Box::new(Killed));
                }
            });
            let done = catch_unwind(AssertUnwindSafe(|| {
                home.switch(&mounts, OnConflict::Backup)
            }));
            drop(meddler);
            let shown = format!("killed after {kill}");
            match done {
                Ok(_) => {
                    restart(&home);
                    break;
                }
                Err(payload) if payload.is::<Killed>() => {}
                Err(payload) => resume_unwind(payload),
            }
            covered += usize::from(is_mounted(&home) && !contents(&home).contains("new"));
            go_on(&mut home, &mounts, &shown);
            assert_eq!(home.read(".ssh/new"), "new", "{shown}");
            assert_eq!(home.persistent(".ssh/key"), "mine", "{shown}");
            assert!(is_mounted(&home), "{shown}");
            restart(&home);
            let left = fs::read_dir(home.at(".ssh")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{shown}: something was covered");
        }
        assert!(covered > 0, "no run was killed where it matters");
    });
}
