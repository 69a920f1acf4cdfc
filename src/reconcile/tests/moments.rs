//! Another program acts just before chosen calls of a run, on every one and on
//! every few of them: nothing that it saved is lost, whatever the order. What
//! [`super::race`] leaves to chance is tried here one by one.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::scratch::{Scratch, Tree};
use crate::home::meddle::Meddler;
use crate::home::plain;
use crate::manifest::OnConflict;
use crate::reconcile::{ReconcileError, Way, switch};

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    /// It writes a file and renames it over the path, as most programs save.
    Save,
    /// It deletes the file or link at the path.
    Remove,
    /// It makes a directory at the path, with a file in it.
    MakeDirectory,
}

/// The home before, what happens in it, and the path that the program uses.
#[derive(Clone, Copy)]
struct Scene {
    name: &'static str,
    old: &'static [(&'static str, &'static str)],
    /// A file that lies in the way.
    foreign: Option<&'static str>,
    new: &'static [(&'static str, &'static str)],
    path: &'static str,
}

const SCENES: [Scene; 8] = [
    Scene {
        name: "renewed",
        old: &[("p", "1")],
        foreign: None,
        new: &[("p", "2")],
        path: "p",
    },
    Scene {
        name: "stale",
        old: &[("p", "1"), ("q", "1")],
        foreign: None,
        new: &[("q", "1")],
        path: "p",
    },
    Scene {
        name: "new link",
        old: &[("q", "1")],
        foreign: None,
        new: &[("q", "1"), ("p", "2")],
        path: "p",
    },
    Scene {
        name: "new directory",
        old: &[("q", "1")],
        foreign: None,
        new: &[("q", "1"), ("p/x", "2")],
        path: "p",
    },
    Scene {
        name: "in the way",
        old: &[("q", "1")],
        foreign: Some("p"),
        new: &[("q", "1"), ("p", "2")],
        path: "p",
    },
    Scene {
        name: "above in the way",
        old: &[("q", "1")],
        foreign: Some("p"),
        new: &[("q", "1"), ("p/x", "2")],
        path: "p",
    },
    Scene {
        name: "leaf to directory",
        old: &[("p", "1")],
        foreign: None,
        new: &[("p/x", "2")],
        path: "p",
    },
    Scene {
        name: "directory to leaf",
        old: &[("p/x", "1")],
        foreign: None,
        new: &[("p", "2")],
        path: "p/x",
    },
];

/// The program with its file.
struct Program {
    home: PathBuf,
    at: PathBuf,
    beside: PathBuf,
    number: u32,
    /// What it wrote and has not replaced or removed itself since.
    saved: HashSet<String>,
}

impl Program {
    fn act(&mut self, act: Act) {
        // Never by way of a link, into a tree.
        let parent = self.at.parent().unwrap();
        if fs::canonicalize(parent).ok().as_deref() != Some(parent) {
            return;
        }
        self.number += 1;
        let text = format!("save {}", self.number);
        let there = fs::symlink_metadata(&self.at);
        let is_directory = there.as_ref().is_ok_and(fs::Metadata::is_dir);
        match act {
            Act::Save if !is_directory => {
                fs::write(&self.beside, &text).unwrap();
                self.lets_go();
                fs::rename(&self.beside, &self.at).unwrap();
                self.saved.insert(text);
            }
            Act::Remove if there.is_ok() && !is_directory => {
                self.lets_go();
                fs::remove_file(&self.at).unwrap();
            }
            Act::MakeDirectory if there.is_err() => {
                fs::create_dir(&self.at).unwrap();
                fs::write(self.at.join("inside"), &text).unwrap();
                self.saved.insert(text);
            }
            _ => {}
        }
    }

    /// What is at the path now is replaced by the program itself.
    fn lets_go(&mut self) {
        if fs::symlink_metadata(&self.at).is_ok_and(|at| at.is_file()) {
            self.saved.remove(&fs::read_to_string(&self.at).unwrap());
        }
    }

    /// What is nowhere in the home any more.
    fn lost(&self) -> Vec<String> {
        let mut found = HashSet::new();
        for entry in walkdir::WalkDir::new(&self.home) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                found.insert(fs::read_to_string(entry.path()).unwrap());
            }
        }
        self.saved.difference(&found).cloned().collect()
    }
}

/// A scratch home that is used again for each order.
struct Stage {
    home: Scratch,
    old: Tree,
    new: Tree,
    scene: Scene,
    runs: Cell<usize>,
}

impl Stage {
    fn new(scene: Scene) -> Self {
        let home = Scratch::fast();
        let (old, new) = (home.tree(scene.old), home.tree(scene.new));
        Self {
            home,
            old,
            new,
            scene,
            runs: Cell::new(0),
        }
    }

    /// Runs with the program acting at the moments of `acts`; gives the number
    /// of moments.
    fn run(&self, acts: &[(usize, Act)]) -> usize {
        self.runs.set(self.runs.get() + 1);
        let root = self.home.home();
        fs::remove_dir_all(&root).unwrap();
        fs::create_dir(&root).unwrap();
        let lock = self.home.lock();
        let to = |new: &Tree, old| {
            let way = Way {
                old,
                new: &new.index,
                new_tree: &new.path,
                policy: OnConflict::Backup,
            };
            switch(&lock, &way, |_| Ok::<_, ReconcileError>(2))
        };
        to(&self.old, None).unwrap();
        let mut saved = HashSet::new();
        if let Some(path) = self.scene.foreign {
            fs::write(root.join(path), "theirs").unwrap();
            saved.insert("theirs".to_owned());
        }
        let program = Rc::new(RefCell::new(Program {
            at: root.join(self.scene.path),
            beside: root.parent().unwrap().join("saving"),
            home: root,
            number: 0,
            saved,
        }));
        let moments = Rc::new(Cell::new(0));
        let done = {
            let (acts, program, moments) =
                (acts.to_vec(), Rc::clone(&program), Rc::clone(&moments));
            let _meddler = Meddler::new(move || {
                let now = moments.get();
                moments.set(now + 1);
                for (_, act) in acts.iter().filter(|(at, _)| *at == now) {
                    program.borrow_mut().act(*act);
                }
            });
            to(&self.new, Some(&self.old.index))
        };
        let shown = || format!("{}, {acts:?}", self.scene.name);
        match done {
            Ok(_) | Err(ReconcileError::Changed(_)) => {}
            Err(error) => panic!("{}: {error}", shown()),
        }
        let program = program.borrow();
        let lost = program.lost();
        assert!(lost.is_empty(), "{}: lost {lost:?}", shown());
        self.check_clean(&shown);
        moments.get()
    }

    /// Nothing of the run is left, and what is kept is known.
    fn check_clean(&self, shown: &dyn Fn() -> String) {
        let state = self.home.layout().state();
        let mut left: Vec<_> = names(&state.join("work"));
        let own = names(&state);
        left.extend(own.into_iter().filter(|name| {
            name.starts_with("bridge") || name == "journal" || name == "current.next"
        }));
        assert!(left.is_empty(), "{}: left {left:?}", shown());
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

/// What is tried of a scene.
#[derive(Clone, Copy)]
enum Much {
    /// Every two moments, at which the program saves.
    Pairs,
    /// Every three of them, too.
    Triples,
    /// Beside that, everything else that it does, at every two moments.
    Everything,
}

impl Much {
    /// `NHMT_PROOFS=full` asks for everything.
    fn or_everything(self) -> Self {
        match std::env::var("NHMT_PROOFS") {
            Ok(form) if form == "full" => Self::Everything,
            _ => self,
        }
    }
}

/// How often an order is tried.
fn every_order(scene: Scene, much: Much) -> usize {
    const ACTS: [Act; 3] = [Act::Save, Act::Remove, Act::MakeDirectory];
    let (stage, much) = (Stage::new(scene), much.or_everything());
    // What the program does makes a run longer.
    let all = stage.run(&[]) + 8;
    for first in 0..all {
        for second in first + 1..all {
            let acts: &[Act] = match much {
                Much::Everything => &ACTS,
                _ => &[Act::Save],
            };
            for (a, b) in acts.iter().flat_map(|a| acts.iter().map(|b| (*a, *b))) {
                stage.run(&[(first, a), (second, b)]);
            }
            let thirds = match much {
                Much::Pairs => all..all,
                _ => second + 1..all,
            };
            for third in thirds {
                stage.run(&[first, second, third].map(|at| (at, Act::Save)));
            }
        }
    }
    stage.runs.get()
}

#[test]
fn nothing_is_lost_whenever_a_program_acts() {
    for scene in SCENES {
        assert!(every_order(scene, Much::Pairs) > 100);
    }
}

#[test]
fn nothing_is_lost_whenever_a_program_acts_where_an_exchange_takes_two_steps() {
    let _plain = plain::Forced::new();
    for scene in SCENES {
        // Renewing puts back at once what it was not meant to take out: three
        // saves can come in between.
        let much = if scene.name == "renewed" {
            Much::Triples
        } else {
            Much::Pairs
        };
        assert!(every_order(scene, much) > 100);
    }
}
