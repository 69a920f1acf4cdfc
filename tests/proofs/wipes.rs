//! A wipe that is cut off: killed before each of its system calls, or with one
//! of them failing,
//!
//! - everything managed is there and yields what it did, and so do the backups,
//! - every other file is as it was, or gone,
//! - the same command again leads to the home that one which was not cut off
//!   leaves, with nothing lying around,
//! - `activate` leads to the declared home then.
//!
//! What is persisted, in a root on the same mount or on another, is there at
//! all times, and a file that a program saved over its link is in the root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use super::case::check_output;
use super::counts::Counts;
use super::crash::{calls, sample};
use super::inject::{self, Call, Point, What};
use super::own::STATE;
use super::scenario::{Place, Scenario, show};
use super::snapshot::{Node, Snapshot};
use super::view::{self, View, is_own, view};
use crate::support::filesystem::elsewhere;

/// All kinds of managed files, and of others beside them; persisted paths in
/// `root`.
fn scenario(root: &Path) -> Scenario {
    let wipe = ["wipe", "--yes", "--lose-at-risk"];
    let files = r#"{"l":{"text":"link"},"d/deep/l":{"text":"deep"},
        "copy":{"text":"copied","method":"copy"},
        "d/seed":{"text":"seeded","method":"seed"},
        "edited":{"text":"copied too","method":"copy"},
        "m.json":{"format":"json","value":{"ours":1},"method":"merge"},
        ".ssh/config":{"text":"configured"}},
        "state":[{"path":".ssh","root":"{root}","kind":"directory"},
            {"path":"d/state","root":"{root}","kind":"directory"},
            {"path":"history","root":"{root}","kind":"file"}]"#;
    let files = files.replace("{root}", root.to_str().unwrap());
    Scenario::new("wipe")
        .write("l", "in the way of a link")
        .write(".ssh/key", "my key")
        .write("d/state/deep/x", "my state")
        .write("history", "my history")
        // What is typed is known before the places are.
        .realized(Box::leak(files.into_boxed_str()))
        .replace("history", NEWER)
        .write("edited", "edited by me")
        .write("notes", "mine")
        .write("d/mine", "mine as well")
        .write("e/f/g", "deep in a directory of mine")
        .write("e/f/h", "beside it")
        .write(".cache/app/x", "made again")
        .link("d/link", "/etc")
        .pipe("e/pipe")
        .cut(wipe, wipe)
}

/// What a program saved over the link of a persisted file.
const NEWER: &str = "my newer history";

/// What is persisted.
const PERSISTED: [(&str, &str); 3] = [
    (".ssh/key", "my key"),
    ("d/state/deep/x", "my state"),
    ("history", NEWER),
];

struct Case {
    scenario: Scenario,
    place: Place,
    root: PathBuf,
    _far: Option<TempDir>,
    before: Snapshot,
    before_in_root: Snapshot,
    after: Snapshot,
    kept: View,
    calls: Vec<Call>,
}

impl Case {
    fn new(far: bool) -> Self {
        let place = if far { Place::on_disk() } else { Place::new() };
        let far = far.then(|| elsewhere(&place.home()));
        let root = match &far {
            Some(far) => far.path().join("root"),
            None => place.beside("root"),
        };
        let scenario = scenario(&root);
        place.prepare(&scenario);
        let before = Snapshot::of(&place.home());
        let before_in_root = Snapshot::of(&root);
        let log = place.beside("trace");
        let (calls, output) = inject::trace(&place.command(&scenario.command), &log);
        assert!(output.status.success(), "{}", show(&output));
        let after = Snapshot::of(&place.home());
        let names: Vec<_> = after.entries.keys().filter(|path| !is_own(path)).collect();
        let wanted = [
            ".ssh", "copy", "d", "d/deep", "d/deep/l", "d/seed", "d/state", "history", "l",
            "m.json",
        ];
        assert_eq!(names, wanted.map(Path::new), "what a wipe leaves");
        Self {
            kept: view(&place.home()),
            scenario,
            place,
            root,
            _far: far,
            before,
            before_in_root,
            after,
            calls,
        }
    }

    fn try_point(&self, point: &Point) -> Result<(), String> {
        self.before.restore(&self.place.home());
        self.before_in_root.restore(&self.root);
        let output = inject::run(&self.place.command(&self.scenario.command), point);
        if point.what != What::Kill {
            check_output(&output, point)?;
        }
        self.check()
            .map_err(|fault| format!("{fault}\n{}", show(&output)))
    }

    /// What holds whenever a wipe is cut off.
    fn check(&self) -> Result<(), String> {
        self.check_state()?;
        let again = self.place.run(&self.scenario.again);
        succeeded(&again)?;
        let state = self.check_state()?;
        let theirs = |snapshot: &Snapshot| snapshot.filter(|path| !is_own(path));
        let differences = theirs(&self.after).differences(&theirs(&state), false);
        if !differences.is_empty() {
            return Err(format!("going on left {}", differences.join("\n  ")));
        }
        for (path, text) in PERSISTED {
            let found = fs::read_to_string(self.root.join(path));
            if found.as_deref().ok() != Some(text) {
                return Err(format!("{path} in the root is {found:?}"));
            }
        }
        let work = self.root.join(".nhmt/work");
        let left: Vec<_> = fs::read_dir(&work).unwrap().flatten().collect();
        if !left.is_empty() {
            return Err(format!("left in the root: {left:?}"));
        }
        let work = Path::new(STATE).join("work");
        let left = |path: &&PathBuf| path.starts_with(&work) && **path != work;
        if let Some(path) = state.entries.keys().find(left) {
            return Err(format!("left behind: {}", path.display()));
        }
        self.come_back()
    }

    /// `activate` puts back what the person had changed, and then has nothing
    /// to do.
    fn come_back(&self) -> Result<(), String> {
        succeeded(&self.place.type_in(&["activate"]))?;
        let again = self.place.type_in(&["activate"]);
        succeeded(&again)?;
        if !String::from_utf8_lossy(&again.stdout).contains("nothing to do") {
            return Err(format!("activate: {}", show(&again)));
        }
        let mut wanted = self.kept.clone();
        wanted.insert("edited".into(), Some(b"copied too".to_vec()));
        let found = view(&self.place.home());
        let differences = view::differences(&wanted, &found);
        if differences.is_empty() {
            return Ok(());
        }
        Err(format!("came back: {}", differences.join("\n  ")))
    }

    /// Whether the root keeps this text beside what is persisted.
    fn is_kept(&self, text: &str) -> bool {
        let own = Snapshot::of(&self.root.join(".nhmt"));
        let mut nodes = own.entries.values().map(|entry| &entry.node);
        nodes.any(|node| matches!(node, Node::File(bytes) if **bytes == *text.as_bytes()))
    }

    /// What is kept is there, and what is there was there before.
    fn check_state(&self) -> Result<Snapshot, String> {
        let home = self.place.home();
        let found = view(&home);
        for (path, content) in &self.kept {
            if found.get(path) != Some(content) {
                return Err(format!("~/{} yields {:?}", path.display(), found.get(path)));
            }
        }
        let older = fs::read_to_string(self.root.join("history"));
        if ![Ok("my history"), Ok(NEWER)].contains(&older.as_deref().map_err(|_| ())) {
            return Err(format!("history in the root is {older:?}"));
        }
        if older.is_ok_and(|text| text == NEWER) && !self.is_kept("my history") {
            return Err("the older history is lost".to_owned());
        }
        let state = Snapshot::of(&home);
        let is_backup = |path: &Path| path.starts_with(Path::new(STATE).join("backups/1"));
        for (path, entry) in &self.before.entries {
            if is_backup(path) && state.entries.get(path).map(|e| &e.node) != Some(&entry.node) {
                return Err(format!("the backup {} is gone", path.display()));
            }
        }
        for (path, entry) in state.entries.iter().filter(|(path, _)| !is_own(path)) {
            let was = self.before.entries.get(path).map(|entry| &entry.node);
            let linked = path == Path::new("history") && matches!(entry.node, Node::Link(_));
            if was != Some(&entry.node) && entry.node != Node::Directory && !linked {
                return Err(format!("~/{} was {was:?}", path.display()));
            }
        }
        Ok(state)
    }
}

fn succeeded(output: &Output) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    Err(format!("going on: {}", show(output)))
}

fn prove(name: &str, choose: impl Fn(&Case) -> Vec<Point>) {
    let mut failures = Vec::new();
    let mut tried = 0;
    for far in [false, true] {
        let case = Case::new(far);
        let points = choose(&case);
        tried += points.len();
        for point in &points {
            if let Err(fault) = case.try_point(point) {
                failures.push(format!("far {far}, {point}: {fault}"));
            }
        }
    }
    Counts::of(name)
        .count(2, "scenarios")
        .count(tried, "points")
        .print(&failures);
}

#[test]
fn a_wipe_that_is_killed_deletes_only_what_it_was_to() {
    prove("wipe, killed", |case| {
        let mut points = sample(calls(&case.calls, true, &What::Kill), 40, 0);
        points.extend(sample(calls(&case.calls, false, &What::Kill), 5, 3));
        points
    });
}

#[test]
fn a_wipe_in_which_a_call_fails_says_so() {
    prove("wipe, errors", |case| {
        let mut points = Vec::new();
        for (which, error) in ["ENOSPC", "EIO", "EACCES", "EINTR", "EXDEV"]
            .into_iter()
            .enumerate()
        {
            let one = &What::Error(error.to_owned());
            points.extend(sample(calls(&case.calls, true, one), 5, which * 3));
            points.extend(sample(calls(&case.calls, false, one), 2, which * 5));
        }
        points
    });
}
