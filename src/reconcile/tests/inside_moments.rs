//! Another program saves over a managed file in a persisted directory just
//! before each call of a run, or the run is killed there: nothing is lost, and
//! the next run has everything in its place.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::scratch::{Scratch, Tree};
use crate::home::meddle::Meddler;
use crate::home::{HomeLock, plain};
use crate::manifest::{OnConflict, RouteKind};
use crate::reconcile::{ReconcileError, Way, recover, switch, tidy};

const SSH: &[(&str, RouteKind)] = &[(".ssh", RouteKind::Directory)];

/// What a run is killed with.
struct Killed;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Save,
    Kill,
}

/// The files before and after; whether the directory is persisted before.
struct Scene {
    name: &'static str,
    old: &'static [(&'static str, &'static str)],
    persisted: bool,
    /// The person has a file there.
    foreign: bool,
    new: &'static [(&'static str, &'static str)],
}

const SCENES: [Scene; 6] = [
    Scene {
        name: "in the way in the root",
        old: &[("a", "1")],
        persisted: true,
        foreign: true,
        new: &[("a", "2"), (".ssh/config", "2")],
    },
    Scene {
        name: "in the way in what is adopted",
        old: &[("a", "1")],
        persisted: false,
        foreign: true,
        new: &[("a", "2"), (".ssh/config", "2"), (".ssh/d/f", "2")],
    },
    Scene {
        name: "of the home, adopted",
        old: &[(".ssh/config", "1")],
        persisted: false,
        foreign: false,
        new: &[(".ssh/config", "2")],
    },
    Scene {
        name: "new",
        old: &[],
        persisted: true,
        foreign: false,
        new: &[(".ssh/config", "2")],
    },
    Scene {
        name: "renewed",
        old: &[(".ssh/config", "1")],
        persisted: true,
        foreign: false,
        new: &[(".ssh/config", "2")],
    },
    Scene {
        name: "gone",
        old: &[(".ssh/config", "1"), (".ssh/d/f", "1")],
        persisted: true,
        foreign: false,
        new: &[],
    },
];

/// A program that writes a file and renames it over `~/.ssh/config`.
struct Program {
    home: PathBuf,
    saved: BTreeSet<String>,
    number: usize,
}

impl Program {
    fn save(&mut self) {
        let at = self.home.join(".ssh/config");
        if !at.parent().unwrap().is_dir() {
            return;
        }
        let beside = self.home.with_file_name("saving");
        self.number += 1;
        let text = format!("save {}", self.number);
        fs::write(&beside, &text).unwrap();
        // What it replaces is its own to let go.
        let own = fs::read_to_string(&at).ok();
        let is_file = fs::symlink_metadata(&at).is_ok_and(|data| data.is_file());
        fs::rename(&beside, &at).unwrap();
        if let Some(own) = own.filter(|_| is_file) {
            self.saved.remove(&own);
        }
        self.saved.insert(text);
    }
}

/// Says where it was when a check fails.
struct Shown(String);

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("at {}", self.0);
        }
    }
}

/// The contents of all files below `dir`.
fn contents(dir: &Path, into: &mut BTreeSet<String>) {
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            into.insert(String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned());
        }
    }
}

struct Stage {
    home: Scratch,
    old: Tree,
    new: Tree,
}

impl Stage {
    fn new(scene: &Scene) -> Self {
        let home = Scratch::fast();
        let old = if scene.persisted { SSH } else { &[] };
        Self {
            old: home.routed(scene.old, old),
            new: home.routed(scene.new, SSH),
            home,
        }
    }

    fn to(&self, lock: &HomeLock, tree: &Tree, old: Option<&Tree>) -> Result<(), ReconcileError> {
        let way = Way {
            old: old.map(|old| &old.index),
            new: &tree.index,
            new_tree: &tree.path,
            policy: OnConflict::Backup,
        };
        let number = if std::ptr::eq(tree, &raw const self.new) {
            2
        } else {
            1
        };
        switch(lock, &way, |_| Ok::<_, ReconcileError>(number)).map(drop)
    }

    /// Gives how many moments there were.
    fn run(&self, scene: &Scene, acts: &[(usize, Act)]) -> usize {
        let shown = format!("{}, {acts:?}", scene.name);
        let _shown = Shown(shown.clone());
        for dir in [self.home.home(), self.home.root()] {
            let _ = fs::remove_dir_all(&dir);
            fs::create_dir_all(&dir).unwrap();
        }
        self.to(&self.home.lock(), &self.old, None).unwrap();
        let mut program = Program {
            home: self.home.home(),
            saved: BTreeSet::new(),
            number: 0,
        };
        self.home.write(".ssh/key", "secret");
        if scene.foreign {
            program.save();
        }
        let program = Rc::new(RefCell::new(program));
        let moments = Rc::new(Cell::new(0));
        let meddler = {
            let (acts, program, moments) =
                (acts.to_vec(), Rc::clone(&program), Rc::clone(&moments));
            Meddler::new(move || {
                let now = moments.get();
                moments.set(now + 1);
                for (_, act) in acts.iter().filter(|(at, _)| *at == now) {
                    match act {
                        Act::Save => program.borrow_mut().save(),
                        Act::Kill => std::panic::resume_unwind(Box::new(Killed)),
                    }
                }
            })
        };
        let whole = |run: &dyn Fn(&HomeLock) -> Result<(), ReconcileError>| match catch_unwind(
            AssertUnwindSafe(|| run(&self.home.lock())),
        ) {
            Ok(Ok(()) | Err(ReconcileError::Changed(_))) => true,
            Ok(Err(error)) => panic!("{shown}: {error}"),
            Err(payload) if payload.is::<Killed>() => false,
            Err(payload) => std::panic::resume_unwind(payload),
        };
        if !whole(&|lock| self.to(lock, &self.new, Some(&self.old))) {
            while !whole(&|lock| recover(lock, |_| Ok(())).map(drop)) {}
        }
        drop(meddler);
        // The next run has the rest.
        let anchor = fs::read_link(self.home.layout().anchor()).unwrap();
        let old = if anchor == self.new.path {
            &self.new
        } else {
            &self.old
        };
        let lock = self.home.lock();
        assert_eq!(tidy(&lock, 1), [""; 0], "{shown}");
        self.to(&lock, &self.new, Some(old))
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        drop(lock);
        let mut found = BTreeSet::new();
        contents(&self.home.home(), &mut found);
        contents(&self.home.root(), &mut found);
        let lost: Vec<_> = program.borrow().saved.difference(&found).cloned().collect();
        assert_eq!(lost, [""; 0], "{shown}: lost");
        assert_eq!(self.home.read(".ssh/key"), "secret", "{shown}");
        assert_eq!(self.home.persistent(".ssh/key"), "secret", "{shown}");
        for (path, text) in scene.new {
            assert_eq!(self.home.read(path), *text, "{shown}");
        }
        self.home.check(&self.new);
        let left = fs::read_dir(self.home.root().join(".nhmt/work")).unwrap();
        assert_eq!(left.count(), 0, "{shown}");
        moments.get()
    }
}

fn every_moment() {
    let full = std::env::var("NHMT_PROOFS").is_ok_and(|form| form == "full");
    // Steps that lie in no pattern with the calls of a run.
    let step = if full { 1 } else { 41 };
    for scene in &SCENES {
        let stage = Stage::new(scene);
        let all = stage.run(scene, &[]) + 4;
        assert!(all > 8, "{}: {all}", scene.name);
        for first in 0..all {
            for act in [Act::Save, Act::Kill] {
                stage.run(scene, &[(first, act)]);
            }
            if !full && !first.is_multiple_of(5) {
                continue;
            }
            for second in (first..2 * all).step_by(step) {
                stage.run(scene, &[(first, Act::Save), (second, Act::Save)]);
                stage.run(scene, &[(first, Act::Save), (second, Act::Kill)]);
                stage.run(scene, &[(first, Act::Kill), (second, Act::Kill)]);
            }
        }
    }
}

#[test]
fn nothing_is_lost_whatever_the_order() {
    every_moment();
}

#[test]
fn nothing_is_lost_where_an_exchange_takes_two_steps() {
    let _plain = plain::Forced::new();
    every_moment();
}
