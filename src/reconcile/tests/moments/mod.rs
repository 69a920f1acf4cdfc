//! Another program acts just before chosen calls of a run, or the run is killed
//! there: nothing that the program saved is lost, whatever the order. What
//! [`super::race`] leaves to chance is tried here one by one.

mod lines;
mod orders;
mod places;
mod program;
mod restore;
mod scenes;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use super::filesystem::elsewhere;
use super::scratch::{Scratch, Tree, path};
use crate::home::HomeLock;
use crate::home::meddle::Meddler;
use crate::home::plain;
use crate::manifest::{Digest, Entry, Index, LeafKind, OnConflict, Route, RouteMethod};
use crate::reconcile::{ReconcileError, Way, recover, switch};
use orders::{Much, full};
use program::{Act, Killed, Program};
use scenes::{By, FILES, LINKS, Leaf, ROUTES, Scene};

/// Switches to `new`; gives what was wrong after the pivot.
fn to(
    lock: &HomeLock,
    new: &Tree,
    old: Option<&Index>,
    number: u64,
) -> Result<Vec<String>, ReconcileError> {
    let way = Way {
        old,
        new: &new.index,
        new_tree: &new.path,
        policy: OnConflict::Backup,
    };
    let done = switch(lock, &way, |_| Ok::<_, ReconcileError>(number))?;
    Ok(done.problems)
}

/// The tree `name` with these leaves, beside the home.
fn build(home: &Scratch, name: &str, leaves: &[Leaf]) -> Tree {
    let at = home.home().with_file_name(name);
    fs::create_dir_all(at.join("home")).unwrap();
    let mut entries = Vec::new();
    for (leaf, text, by) in leaves {
        let file = at.join("home").join(leaf);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        if let By::Route(kind) = by {
            let route = Route {
                root: home.root(),
                kind: *kind,
                method: RouteMethod::Symlink,
                mode: None,
                parent_mode: None,
            };
            std::os::unix::fs::symlink(route.place(&path(leaf)), file).unwrap();
            entries.push(Entry::routed(path(leaf), route));
            continue;
        }
        fs::write(file, text).unwrap();
        let digest = Digest::of(text.as_bytes());
        let entry = Entry::new(path(leaf), LeafKind::File, digest);
        entries.push(entry.by(by.method()));
    }
    let index = Index::new(entries, b"").unwrap();
    let file = fs::File::create(at.join("index")).unwrap();
    index.write(file).unwrap();
    Tree { index, path: at }
}

/// A scratch home that is used again for each order.
struct Stage {
    home: Scratch,
    old: Tree,
    new: Tree,
    scene: Scene,
    _far: Option<tempfile::TempDir>,
    runs: Cell<usize>,
    faults: RefCell<Vec<String>>,
}

impl Stage {
    fn new(scene: Scene) -> Self {
        let mut home = Scratch::fast();
        let far = scene.far.then(|| elsewhere(&home.home()));
        home.set_root(match &far {
            Some(far) => far.path().join("root"),
            None => home.home().with_file_name("root"),
        });
        let (old, new) = (
            build(&home, "old", scene.old),
            build(&home, "new", scene.new),
        );
        Self {
            home,
            old,
            new,
            scene,
            _far: far,
            runs: Cell::new(0),
            faults: RefCell::default(),
        }
    }

    fn none(&self, found: &[String], what: &dyn Fn() -> String) {
        if !found.is_empty() {
            let fault = format!("{} {found:?}", what());
            self.faults.borrow_mut().push(fault);
        }
    }

    /// Runs with what is to happen at the moments of `acts`; gives the number
    /// of moments.
    fn run(&self, acts: &[(usize, Act)]) -> usize {
        self.runs.set(self.runs.get() + 1);
        let shown = || format!("{}, {acts:?}", self.scene.name);
        let root = self.home.home();
        fs::remove_dir_all(&root).unwrap();
        fs::create_dir(&root).unwrap();
        let _ = fs::remove_dir_all(self.home.root());
        let number = if self.scene.back { 1 } else { 2 };
        let lock = self.home.lock();
        to(&lock, &self.old, None, 2).unwrap();
        let persistent = self.home.root();
        let mut program = Program::new(root, persistent, self.scene.path);
        if self.scene.foreign {
            program.act(Act::Save);
            // What is the program's is there when it is taken over.
            to(&lock, &self.old, Some(&self.old.index), 2).unwrap();
        }
        if self.scene.saved || self.scene.back {
            let above = program.at.parent().unwrap();
            if !above.exists() {
                fs::create_dir(above).unwrap();
            }
            if self.scene.back && above == program.home {
                // In the persistent directory, not over the link.
                fs::write(&program.at, "\"save-0\"").unwrap();
            } else {
                program.act(Act::Save);
            }
        }
        let is_routed = self.is_routed();
        let two_steps = plain::is_forced();
        let missing = Rc::new(RefCell::new(Vec::new()));
        let read_first = program.reads();
        drop(lock);
        let program = Rc::new(RefCell::new(program));
        let moments = Rc::new(Cell::new(0));
        let meddler = {
            let (acts, program, moments) =
                (acts.to_vec(), Rc::clone(&program), Rc::clone(&moments));
            let missing = Rc::clone(&missing);
            Meddler::new(move || {
                let now = moments.get();
                moments.set(now + 1);
                let untouched = acts.iter().all(|(at, _)| *at >= now);
                if is_routed && untouched && !two_steps {
                    let found = program.borrow().reads();
                    if found != read_first {
                        missing
                            .borrow_mut()
                            .push(format!("moment {now} reads {found:?}"));
                    }
                }
                for (_, act) in acts.iter().filter(|(at, _)| *at == now) {
                    program.borrow_mut().act(*act);
                }
            })
        };
        let mut killed = false;
        let first = self.unless_killed(&shown, |lock| {
            to(lock, &self.new, Some(&self.old.index), number).map(drop)
        });
        while !first && !self.unless_killed(&shown, |lock| recover(lock, |_| Ok(())).map(drop)) {
            killed = true;
        }
        drop(meddler);
        killed |= !first;
        let lost = program.borrow().lost();
        self.none(&lost, &|| format!("{}: lost", shown()));
        self.none(&missing.borrow(), &|| format!("{}: other", shown()));
        if !killed {
            self.check_clean(&shown);
            return moments.get();
        }
        // The next command goes on.
        let lock = self.home.lock();
        let anchor = fs::read_link(self.home.layout().anchor()).unwrap();
        let tree = if anchor == self.new.path {
            &self.new
        } else {
            &self.old
        };
        match to(&lock, &self.new, Some(&tree.index), number) {
            Ok(_) => {
                let program = program.borrow();
                let only_killed = acts.iter().all(|(_, act)| *act == Act::Kill);
                let there = program.number() == 0
                    || program
                        .reads()
                        .is_ok_and(|saves| saves.contains(&program.last()));
                if is_routed && only_killed && !there {
                    self.none(&[format!("{:?}", program.reads())], &|| {
                        format!("{}: found", shown())
                    });
                }
            }
            // What a program did meanwhile is for a person to decide.
            Err(ReconcileError::Conflicts(_))
                if is_routed && acts.iter().any(|(_, act)| *act != Act::Kill) => {}
            Err(error) => self.none(&[error.to_string()], &|| format!("{}: going on", shown())),
        }
        let lost = program.borrow().lost();
        self.none(&lost, &|| format!("{}, gone on: lost", shown()));
        moments.get()
    }

    /// Gives whether it came to its end.
    fn unless_killed(
        &self,
        shown: &dyn Fn() -> String,
        run: impl FnOnce(&HomeLock) -> Result<(), ReconcileError>,
    ) -> bool {
        match catch_unwind(AssertUnwindSafe(|| run(&self.home.lock()))) {
            Ok(Ok(()) | Err(ReconcileError::Changed(_))) => true,
            Ok(Err(ReconcileError::Conflicts(_) | ReconcileError::InMotion(_)))
                if self.is_routed() =>
            {
                true
            }
            Ok(Err(error)) => {
                self.none(&[error.to_string()], &|| format!("{}: failed", shown()));
                true
            }
            Err(payload) if payload.is::<Killed>() => false,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    }

    fn is_routed(&self) -> bool {
        let leaves = self.scene.old.iter().chain(self.scene.new);
        leaves
            .into_iter()
            .any(|(_, _, by)| matches!(by, By::Route(_)))
    }

    /// Nothing of the run is left.
    fn check_clean(&self, shown: &dyn Fn() -> String) {
        let state = self.home.layout().state();
        let mut left: Vec<_> = names(&state.join("work"));
        let own = names(&state);
        left.extend(own.into_iter().filter(|name| {
            name.starts_with("bridge") || name == "journal" || name == "current.next"
        }));
        if self.is_routed() {
            left.extend(names(&self.home.root().join(".nhmt/work")));
        }
        self.none(&left, &|| format!("{}: left", shown()));
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

/// Does `body` with something that happens at each of its moments, which are
/// numbered; gives how many there were.
fn meddling<T>(mut act: impl FnMut(usize) + 'static, body: impl FnOnce() -> T) -> (usize, T) {
    let moments = Rc::new(Cell::new(0));
    let meddler = {
        let moments = Rc::clone(&moments);
        Meddler::new(move || {
            let now = moments.get();
            moments.set(now + 1);
            act(now);
        })
    };
    let done = body();
    drop(meddler);
    (moments.get(), done)
}

/// What `body` gives, unless it is killed.
fn unless_killed<T>(body: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(done) => Some(done),
        Err(payload) if payload.is::<Killed>() => None,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// What is tried of a scene.
/// Gives how many orders were tried.
fn every_order(scene: Scene, much: Much) -> usize {
    use Act::{Kill, Save};
    let stage = Stage::new(scene);
    // What the program does makes a run longer.
    let all = stage.run(&[]) + 8;
    let acts = much.acts();
    for first in 0..all {
        if much == Much::Kills {
            stage.run(&[(first, Kill)]);
        }
        // To take a run up takes moments, too.
        for second in (first..2 * all).filter(|second| much.takes(first, *second, all)) {
            for &(a, b) in &acts {
                let never = second >= all && a != Kill;
                if !never && (second > first || a != b) {
                    stage.run(&[(first, a), (second, b)]);
                }
            }
            if much.has_triples(all) {
                for third in second + 1..all {
                    stage.run(&[first, second, third].map(|at| (at, Save)));
                }
            }
        }
    }
    let faults = stage.faults.into_inner();
    let runs = stage.runs.get();
    // One of each kind.
    let kind = |fault: &String| fault.split("]: ").last().map(ToOwned::to_owned);
    let kinds: BTreeMap<_, _> = faults.iter().map(|fault| (kind(fault), fault)).collect();
    let shown: Vec<_> = kinds.into_values().take(5).map(String::as_str).collect();
    assert!(
        faults.is_empty(),
        "{} of {runs} orders, such as\n  {}",
        faults.len(),
        shown.join("\n  ")
    );
    assert!(runs > 20, "only {runs} orders of {}", scene.name);
    if full() {
        say(&format!(
            "moments: {} has {all} moments, {runs} orders tried\n",
            scene.name
        ));
    }
    runs
}

/// All orders of these scenes, and prints how many they were.
fn prove(name: &str, scenes: impl Iterator<Item = (Scene, Much)>) {
    let (mut orders, mut tried) = (0, 0);
    for (scene, much) in scenes {
        orders += every_order(scene, much);
        tried += 1;
    }
    say(&format!(
        "proof: moments, {name}{}: {tried} scenes, {orders} orders, 0 failures\n",
        if full() { " (full)" } else { "" }
    ));
}

/// `println!` would be captured.
fn say(line: &str) {
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

fn scenes() -> impl Iterator<Item = Scene> {
    LINKS.into_iter().chain(FILES)
}

#[test]
fn nothing_is_lost_whenever_a_program_acts() {
    prove("a program acts", scenes().map(|scene| (scene, Much::Pairs)));
}

#[test]
fn nothing_is_lost_whenever_a_program_acts_where_an_exchange_takes_two_steps() {
    let _plain = plain::Forced::new();
    let scenes = scenes().map(|scene| {
        // Renewing puts back at once what it was not meant to take out: three
        // saves can come in between.
        let much = match scene.name {
            "renewed" => Much::Triples,
            _ => Much::Pairs,
        };
        (scene, much)
    });
    prove("a program acts, two steps", scenes);
}

#[test]
fn nothing_is_lost_whenever_a_run_is_killed() {
    prove("killed", scenes().map(|scene| (scene, Much::Kills)));
}

#[test]
fn nothing_is_lost_whenever_a_run_is_killed_where_an_exchange_takes_two_steps() {
    let _plain = plain::Forced::new();
    let scenes = scenes().map(|scene| (scene, Much::Kills));
    prove("killed, two steps", scenes);
}

/// Scenes in which data moves to a root.
fn routes(much: Much) -> impl Iterator<Item = (Scene, Much)> {
    ROUTES.into_iter().map(move |scene| (scene, much))
}

#[test]
fn nothing_is_lost_when_a_program_acts_while_data_moves_to_a_root() {
    prove("a program acts, persisted paths", routes(Much::Pairs));
}

#[test]
fn nothing_is_lost_when_a_program_acts_while_data_moves_to_a_root_in_two_steps() {
    let _plain = plain::Forced::new();
    let name = "a program acts, persisted paths, two steps";
    prove(name, routes(Much::Pairs));
}

#[test]
fn nothing_is_lost_when_a_run_is_killed_while_data_moves_to_a_root() {
    prove("killed, persisted paths", routes(Much::Kills));
}

#[test]
fn nothing_is_lost_when_a_run_is_killed_while_data_moves_to_a_root_in_two_steps() {
    let _plain = plain::Forced::new();
    prove("killed, persisted paths, two steps", routes(Much::Kills));
}
