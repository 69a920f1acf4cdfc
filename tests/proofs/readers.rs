//! Every reader: while generations flip, each lookup of a path yields the old
//! or the new generation, and lookups that lie between two looks at the same
//! anchor all yield the same one.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, RwLock};

use crate::counts::Counts;
use crate::readers_view::{How, View, look, tree};
use crate::support::{Home, Outcome};
use crate::trees::{Dice, activate};

/// What readers and the one who flips know of each other.
pub struct Stage {
    pub home: Home,
    paths: Vec<String>,
    /// What lookups yield after run 0, 1, …
    history: RwLock<Vec<Arc<View>>>,
    started: AtomicUsize,
    finished: AtomicUsize,
    /// Odd while the person changes files; lookups then are of no interest.
    person: AtomicUsize,
    stop: AtomicBool,
    found: Found,
}

/// What the readers found.
#[derive(Default)]
struct Found {
    /// Sets that were read with the anchor in one place.
    sets: AtomicUsize,
    /// Those of them that were read while nhmt ran.
    during: AtomicUsize,
    /// Sets during which the anchor turned or a run began.
    discarded: AtomicUsize,
    /// Lookups that were looked at one by one.
    lookups: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

/// Stops the readers, also when the one who flips panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

impl Stage {
    /// `first` comes into force; the readers read `paths`.
    pub fn new(home: Home, paths: &[&str], first: View) -> Self {
        activate(&home, &first.tree).success();
        Self {
            home,
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            history: RwLock::new(vec![Arc::new(first)]),
            started: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            person: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            found: Found::default(),
        }
    }

    /// Flips to `view`.
    pub fn flip(&self, view: &Arc<View>) {
        self.flip_by(view, || activate(&self.home, &view.tree));
    }

    /// Flips to `view` by another command.
    pub fn flip_by(&self, view: &Arc<View>, run: impl FnOnce() -> Outcome) {
        self.history.write().unwrap().push(Arc::clone(view));
        self.started.fetch_add(1, SeqCst);
        let done = run().success();
        assert!(!done.stderr().contains("warning"), "{done}");
        self.finished.fetch_add(1, SeqCst);
    }

    /// The person changes files, by `change`, which gives what lookups yield
    /// then.
    pub fn disturb(&self, change: impl FnOnce() -> View) {
        self.person.fetch_add(1, SeqCst);
        let view = Arc::new(change());
        self.history.write().unwrap().push(view);
        self.started.fetch_add(1, SeqCst);
        self.finished.fetch_add(1, SeqCst);
        self.person.fetch_add(1, SeqCst);
    }

    fn wrong(&self, what: String) {
        self.found.wrong.lock().unwrap().push(what);
    }

    fn anchor(&self) -> PathBuf {
        fs::read_link(self.home.at(".local/state/nhmt/current")).unwrap()
    }

    /// Reads every path while the anchor stands still, again and again.
    fn read_sets(&self) {
        while !self.stop.load(SeqCst) {
            let (person, finished) = (self.person.load(SeqCst), self.finished.load(SeqCst));
            let (started, anchor) = (self.started.load(SeqCst), self.anchor());
            let set = self.paths.iter().map(|path| look(&self.home.at(path)));
            let set: Vec<_> = set.collect();
            // At most one run went on meanwhile, and turned the anchor at most
            // before or after: it did not turn away and back.
            let still = self.anchor() == anchor
                && self.started.load(SeqCst) == started
                && self.person.load(SeqCst) == person
                && person % 2 == 0
                && started - finished <= 1;
            if !still {
                self.found.discarded.fetch_add(1, SeqCst);
                continue;
            }
            self.found.sets.fetch_add(1, SeqCst);
            self.found.during.fetch_add(started - finished, SeqCst);
            let history = self.history.read().unwrap();
            // Until the anchor is at the new tree, all is as it was.
            let new = &history[started];
            let view = if new.tree == anchor {
                new
            } else {
                &history[finished]
            };
            for (path, seen) in self.paths.iter().zip(&set) {
                if !view.allows(path, seen) {
                    let (anchor, is) = (anchor.display(), view.at(path));
                    self.wrong(format!(
                        "with the anchor at {anchor}, ~/{path} was {seen:?} and not {is:?}"
                    ));
                }
            }
        }
    }

    /// Looks paths up one by one, whatever the anchor does.
    fn look_up(&self, seed: u64) {
        let mut dice = Dice::new(seed);
        while !self.stop.load(SeqCst) {
            let (person, finished) = (self.person.load(SeqCst), self.finished.load(SeqCst));
            let path = &self.paths[dice.roll(self.paths.len())];
            let switches = times_put_to_sleep();
            let yielded = look(&self.home.at(path));
            let begun = self.started.load(SeqCst);
            if person % 2 == 1 || self.person.load(SeqCst) != person {
                continue;
            }
            // In the middle of its way, with a link read that was exchanged
            // meanwhile: no program can hurry a lookup that waits for a processor.
            if times_put_to_sleep() != switches {
                self.found.discarded.fetch_add(1, SeqCst);
                continue;
            }
            self.found.lookups.fetch_add(1, SeqCst);
            let history = self.history.read().unwrap();
            let views = &history[finished..=begun];
            if !views.iter().any(|view| view.allows(path, &yielded)) {
                let allowed: Vec<_> = views.iter().map(|view| view.at(path)).collect();
                self.wrong(format!("~/{path} was {yielded:?} and none of {allowed:?}"));
            }
        }
    }

    /// Lets the readers read while `flips` goes on.
    pub fn play(&self, flips: impl FnOnce()) {
        std::thread::scope(|scope| {
            let _stop = Stop(&self.stop);
            scope.spawn(|| self.read_sets());
            scope.spawn(|| self.read_sets());
            scope.spawn(|| self.look_up(1));
            flips();
        });
    }

    /// Whether enough was read while nhmt ran, for `runs` runs.
    pub fn enough(&self, runs: usize) -> bool {
        self.found.during.load(SeqCst) >= 5 * runs
            && self.found.lookups.load(SeqCst) >= 100 * runs
            && self.finished.load(SeqCst) >= runs
    }

    /// Prints what was found, and fails when anything was wrong.
    pub fn print(self, name: &str) {
        let found = self.found;
        Counts::of(name)
            .count(self.finished.into_inner(), "flips")
            .count(found.sets.into_inner(), "sets read")
            .count(found.during.into_inner(), "of them while nhmt ran")
            .count(found.discarded.into_inner(), "discarded")
            .count(found.lookups.into_inner(), "single lookups")
            .print(&found.wrong.into_inner().unwrap());
    }
}

/// How often another thread got the processor of this one, of proc(5).
fn times_put_to_sleep() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let mut lines = status.lines();
    let count = lines.find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
    count.unwrap().trim().parse().unwrap()
}

/// So many ways there are to have files, directories that are linked as one,
/// directories that are not, and nothing at the same paths.
const SHAPES: usize = 5;

const INSIDE: &[&str] = &["x", "sub/y"];

fn shape(home: &Home, label: usize, shape: usize) -> View {
    use How::{Expanded, Leaf, Text};
    let mut paths = vec![
        ("a", Text),
        (".config/app/b", Text),
        ("deep/1/2/3/4/5/c", Text),
        ("always", Expanded(INSIDE)),
    ];
    paths.extend(match shape {
        0 => vec![("t", Text), ("e", Leaf(INSIDE)), ("only-0", Text)],
        1 => vec![
            ("t", Leaf(INSIDE)),
            ("e", Expanded(INSIDE)),
            ("n/1/2/new", Text),
        ],
        2 => vec![("t", Expanded(INSIDE)), ("e", Leaf(INSIDE)), ("n", Text)],
        3 => vec![
            ("t/x", Text),
            ("e/x", Text),
            ("e/more", Text),
            ("n/1", Text),
        ],
        _ => vec![("t", Text), ("e", Text), ("n", Leaf(&["1/2/new"]))],
    });
    let programs: &[&str] = match shape {
        0 | 2 => &["tool", "other", "even"],
        _ => &["tool", "other"],
    };
    tree(home, label, &paths, programs)
}

const PATHS: [&str; 19] = [
    "a",
    ".config/app/b",
    "deep/1/2/3/4/5/c",
    "always/x",
    "always/sub/y",
    "t",
    "t/x",
    "t/sub/y",
    "e",
    "e/x",
    "e/sub/y",
    "e/more",
    "only-0",
    "n",
    "n/1",
    "n/1/2/new",
    ".local/state/nhmt/current/packages/bin/tool",
    ".local/state/nhmt/current/packages/bin/other",
    ".local/state/nhmt/current/packages/bin/even",
];

/// How many flips there are at least.
pub fn runs() -> usize {
    if crate::full() { 1_000 } else { 60 }
}

#[test]
fn no_reader_sees_two_generations_at_once() {
    let home = Home::fast();
    let first = shape(&home, 0, 0);
    let stage = Stage::new(home, &PATHS, first);
    let mut dice = Dice::new(7);
    stage.play(|| {
        let mut trees = Vec::new();
        for run in 1..20 * runs() {
            // Every fifth goes back to a generation that there was.
            let back = dice.roll(5) == 0 && trees.len() > 1;
            let view = if back {
                Arc::clone(&trees[dice.roll(trees.len() - 1)])
            } else {
                let new = Arc::new(shape(&stage.home, run, dice.roll(SHAPES)));
                trees.push(Arc::clone(&new));
                new
            };
            stage.flip(&view);
            // Going back leaves the last of them in force.
            trees.retain(|other| other.tree != view.tree);
            trees.push(view);
            if stage.enough(runs()) {
                return;
            }
        }
    });
    assert!(stage.enough(runs()), "the readers hardly read");
    stage.print("readers");
}
