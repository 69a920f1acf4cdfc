//! Hooks as processes, in a scratch directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signal_hook::consts::SIGINT;
use tempfile::TempDir;

use super::process::interrupt;
use super::*;

/// Which hook runs is known to the whole process, which runs one at a time.
static ALONE: Mutex<()> = Mutex::new(());

struct Scratch {
    _alone: MutexGuard<'static, ()>,
    temp: TempDir,
    stop_at: Option<&'static str>,
    dry_run: bool,
    twice: bool,
    new: PathBuf,
    seen: Vec<String>,
}

impl Watch for Scratch {
    fn starting(&mut self, task: &Task) {
        self.seen.push(format!("> {}", task.name()));
    }

    fn line(&mut self, _: &Task, line: &str) {
        if self.stop_at == Some(line) {
            assert!(interrupt(2, false));
            assert!(!self.twice || interrupt(2, true));
        }
        self.seen.push(line.to_owned());
    }

    fn stops(&self) -> bool {
        let mut seen = self.seen.iter();
        self.stop_at
            .is_some_and(|line| seen.any(|seen| seen == line))
    }
}

fn hook(name: &str, script: &str) -> Task {
    Task {
        kind: Kind::Activation,
        names: vec![name.to_owned()],
        script: script.to_owned(),
        after: Vec::new(),
        dry_run: false,
        report: false,
    }
}

fn after(name: &str, before: &str) -> Task {
    Task {
        after: vec![before.to_owned()],
        ..hook(name, "true")
    }
}

impl Scratch {
    fn new() -> Self {
        // A shell that runs tests in the background has them ignore it, and so
        // would the hooks; one that is caught is not ignored after execve(2).
        signal_hook::flag::register(SIGINT, Arc::default()).unwrap();
        Self {
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
            temp: tempfile::tempdir().unwrap(),
            stop_at: None,
            dry_run: false,
            twice: false,
            new: PathBuf::from("/new tree"),
            seen: Vec::new(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn run(&mut self, tasks: &[Task], memory: Option<&mut Memory>) -> Vec<Outcome> {
        let home = self.temp.path().to_owned();
        let new = self.new.clone();
        let around = Surroundings {
            home: &home,
            state: &home,
            old: None,
            new: &new,
            program: Path::new("/bin/nhmt"),
            verbose: false,
            dry_run: self.dry_run,
        };
        let mut outcomes = Vec::new();
        run_all(tasks, memory, &around, self, &mut outcomes).unwrap();
        outcomes
    }

    fn one(&mut self, script: &str) -> Outcome {
        self.run(&[hook("h", script)], None).remove(0)
    }
}

fn statuses(outcomes: &[Outcome]) -> Vec<Status> {
    outcomes.iter().map(|outcome| outcome.status).collect()
}

#[test]
fn a_hook_is_told_where_it_is() {
    let mut scratch = Scratch::new();
    let script = r#"echo "$0|$NHMT_OLD_GENERATION|$NHMT_NEW_GENERATION|$NHMT_DRY_RUN|$NHMT_PROGRAM|$HOME"
        pwd >&2
        read -r line || echo "no input""#;
    let outcome = scratch.one(script);
    assert_eq!(outcome.status, Status::Ok, "{outcome:?}");
    let home = scratch.temp.path().canonicalize().unwrap();
    let home = home.display();
    let lines: Vec<_> = outcome.tail.lines().collect();
    // Both streams, in order.
    assert_eq!(
        lines,
        [
            format!("h||/new tree||/bin/nhmt|{home}"),
            home.to_string(),
            "no input".to_owned()
        ]
    );
}

#[test]
fn it_finds_the_packages_of_the_new_generation() {
    let mut scratch = Scratch::new();
    let bin = scratch.at("tree/packages/bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink("/bin/sh", bin.join("only-there")).unwrap();
    scratch.new = scratch.at("tree");
    let outcome = scratch.one("only-there -c 'echo found'");
    assert_eq!(outcome.tail.lines().collect::<Vec<_>>(), ["found"]);
}

#[test]
fn it_stops_at_the_first_failure_and_the_end_is_named() {
    let mut scratch = Scratch::new();
    for (script, exit, why) in [
        ("false; true", 1, "failed: exit status 1"),
        ("false | true", 1, "failed: exit status 1"),
        ("exit 7", 7, "failed: exit status 7"),
        ("kill -TERM $$", 143, "was ended by signal 15 (SIGTERM)"),
    ] {
        let outcome = scratch.one(script);
        let what = (outcome.exit, outcome.why.as_str());
        assert_eq!(what, (Some(exit), why), "{script}");
        assert_eq!(outcome.message(), format!("hook `h` {why}"));
    }
    assert_eq!(scratch.one("echo $absent").status, Status::Failed);
}

#[test]
fn a_script_may_be_longer_than_an_argument() {
    let mut scratch = Scratch::new();
    let long = format!("# {}\necho whole; exit 3", "x".repeat(300_000));
    let outcome = scratch.one(&long);
    assert_eq!(outcome.exit, Some(3));
    assert_eq!(outcome.tail.lines().collect::<Vec<_>>(), ["whole"]);
    assert_eq!(fs::read_dir(scratch.temp.path()).unwrap().count(), 0);
}

#[test]
fn what_goes_on_in_the_background_is_not_waited_for() {
    let mut scratch = Scratch::new();
    // It holds the pipe open until it is told to end.
    let outcome = scratch.one("( until [ -e end ]; do sleep 0.05; done; : > ended ) & echo said");
    assert_eq!(outcome.status, Status::Ok);
    assert_eq!(outcome.tail.lines().collect::<Vec<_>>(), ["said"]);
    fs::write(scratch.at("end"), "").unwrap();
    while !scratch.at("ended").exists() {
        std::thread::yield_now();
    }
}

#[test]
fn what_comes_after_a_failed_one_is_passed_over_and_stays_owed() {
    let mut scratch = Scratch::new();
    let tree = PathBuf::from("/new tree");
    let names = ["one", "two", "three", "four"];
    let record = |name: &&str| Record {
        kind: Kind::Activation,
        name: (*name).to_owned(),
        failed: None,
    };
    let mut memory = Memory::empty(scratch.temp.path());
    let hooks = names.iter().map(record).collect();
    let batch = Batch {
        old: None,
        new: tree.clone(),
        hooks,
    };
    memory.plan(batch).unwrap();
    memory.settle(Some(&tree));
    let tasks = [
        hook("one", "exit 5"),
        after("two", "one"),
        after("three", "two"),
        hook("four", "true"),
    ];
    let outcomes = scratch.run(&tasks, Some(&mut memory));
    let [failed, passed, ok] = [Status::Failed, Status::Skipped, Status::Ok];
    assert_eq!(statuses(&outcomes), [failed, passed, passed, ok]);
    assert_eq!(
        outcomes[2].message(),
        "hook `three` did not run: it comes after `two`"
    );
    let memory = Memory::read(scratch.temp.path(), Some(&tree)).unwrap();
    let owed = &memory.pending().unwrap().hooks;
    let owed: Vec<_> = owed.iter().map(|r| (r.name.as_str(), r.failed)).collect();
    assert_eq!(owed, [("one", Some(5)), ("two", None), ("three", None)]);
}

#[test]
fn a_dry_run_runs_only_what_knows_about_it() {
    let mut scratch = Scratch::new();
    scratch.dry_run = true;
    let knows = Task {
        dry_run: true,
        ..hook("knows", "echo \"dry $NHMT_DRY_RUN\"")
    };
    let outcomes = scratch.run(&[hook("other", ": > made"), knows], None);
    assert_eq!(statuses(&outcomes), [Status::Listed, Status::Ok]);
    assert_eq!(scratch.seen, ["> knows", "dry 1"]);
    assert!(!scratch.at("made").exists());
}

#[test]
fn a_signal_goes_to_the_hook_and_to_what_it_has_started() {
    let mut scratch = Scratch::new();
    scratch.stop_at = Some("ready");
    let tasks = [
        hook("one", "echo ready; sleep 1000; echo not reached"),
        hook("two", "true"),
    ];
    let outcomes = scratch.run(&tasks, None);
    assert_eq!(statuses(&outcomes), [Status::Failed, Status::Skipped]);
    assert_eq!(outcomes[0].why, "was ended by signal 2 (SIGINT)");
    assert_eq!(outcomes[1].why, "did not run: interrupted");
    assert_eq!(scratch.seen, ["> one", "ready"]);
}

#[test]
fn a_second_signal_ends_a_hook_that_does_not_listen() {
    let mut scratch = Scratch::new();
    scratch.stop_at = Some("ready");
    scratch.twice = true;
    let script = "trap '' INT; echo ready; sleep 1000";
    let outcomes = scratch.run(&[hook("one", script)], None);
    assert_eq!(outcomes[0].why, "was ended by signal 9 (SIGKILL)");
}
