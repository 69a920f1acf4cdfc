//! A wipe that is cut off: killed before each of its system calls, or with one
//! of them failing,
//!
//! - everything managed is there and yields what it did, and so do the backups,
//! - every other file is as it was, or gone,
//! - the same command again leads to the home that one which was not cut off
//!   leaves, with nothing lying around,
//! - `activate` leads to the declared home then.

use std::path::{Path, PathBuf};
use std::process::Output;

use super::case::check_output;
use super::counts::Counts;
use super::crash::{calls, sample};
use super::inject::{self, Call, Point, What};
use super::own::STATE;
use super::scenario::{Place, Scenario, show};
use super::snapshot::{Node, Snapshot};
use super::view::{self, View, is_own, view};

/// All kinds of managed files, and of others beside them.
fn scenario() -> Scenario {
    let wipe = ["wipe", "--yes", "--lose-at-risk"];
    Scenario::new("wipe")
        .write("l", "in the way of a link")
        .realized(
            r#"{"l":{"text":"link"},"d/deep/l":{"text":"deep"},
                "copy":{"text":"copied","method":"copy"},
                "d/seed":{"text":"seeded","method":"seed"},
                "edited":{"text":"copied too","method":"copy"},
                "m.json":{"format":"json","value":{"ours":1},"method":"merge"}}"#,
        )
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

struct Case {
    scenario: Scenario,
    place: Place,
    before: Snapshot,
    after: Snapshot,
    kept: View,
    calls: Vec<Call>,
}

impl Case {
    fn new() -> Self {
        let (scenario, place) = (scenario(), Place::new());
        place.prepare(&scenario);
        let before = Snapshot::of(&place.home());
        let log = place.beside("trace");
        let (calls, output) = inject::trace(&place.command(&scenario.command), &log);
        assert!(output.status.success(), "{}", show(&output));
        let after = Snapshot::of(&place.home());
        let names: Vec<_> = after.entries.keys().filter(|path| !is_own(path)).collect();
        let wanted = ["copy", "d", "d/deep", "d/deep/l", "d/seed", "l", "m.json"];
        assert_eq!(names, wanted.map(Path::new), "what a wipe leaves");
        Self {
            kept: view(&place.home()),
            scenario,
            place,
            before,
            after,
            calls,
        }
    }

    fn try_point(&self, point: &Point) -> Result<(), String> {
        self.before.restore(&self.place.home());
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

    /// What is kept is there, and what is there was there before.
    fn check_state(&self) -> Result<Snapshot, String> {
        let home = self.place.home();
        let found = view(&home);
        for (path, content) in &self.kept {
            if found.get(path) != Some(content) {
                return Err(format!("~/{} yields {:?}", path.display(), found.get(path)));
            }
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
            if was != Some(&entry.node) && entry.node != Node::Directory {
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
    let case = Case::new();
    let points = choose(&case);
    let mut failures = Vec::new();
    for point in &points {
        if let Err(fault) = case.try_point(point) {
            failures.push(format!("{point}: {fault}"));
        }
    }
    Counts::of(name)
        .count(1, "scenarios")
        .count(points.len(), "points")
        .print(&failures);
}

#[test]
fn a_wipe_that_is_killed_deletes_only_what_it_was_to() {
    prove("wipe, killed", |case| {
        let mut points = sample(calls(&case.calls, true, &What::Kill), 60, 0);
        points.extend(sample(calls(&case.calls, false, &What::Kill), 10, 3));
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
            points.extend(sample(calls(&case.calls, true, one), 8, which * 3));
            points.extend(sample(calls(&case.calls, false, one), 4, which * 5));
        }
        points
    });
}
