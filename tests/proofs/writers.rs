//! Every writer: programs save at managed paths and at those in the way, while
//! nhmt switches, again and again. Nothing that they wrote is lost.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use serde_json::json;
use walkdir::WalkDir;

use crate::counts::Counts;
use crate::support::{Home, Outcome};
use crate::trees::tree;
use crate::unprivileged::unprivileged;
use crate::writers_programs::{Ledger, Program};

/// Two generations between which every path changes its part: managed in both,
/// in one, a file in one and a directory in the other, linked as a directory
/// and not.
fn trees(home: &Home) -> [PathBuf; 2] {
    let source = home.outside("source");
    for name in ["x", "sub/y"] {
        let at = source.join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, "managed").unwrap();
    }
    let text = |text: &str| json!({ "text": text });
    let by = |method: &str, text: &str| json!({ "text": text, "method": method });
    let one = json!({
        "m/copy": by("copy", "1"), "m/block": by("block", "1"), "m/seed": by("seed", "1"),
        "m/turns": by("block", "1"), "m/goes": by("block", "1"),
        "k/copy": by("copy", "1"), "k/block": by("block", "1"), "k/goes": by("copy", "1"),
        "r/both": text("1"), "r/one": text("1"), "r/turns": text("1"),
        "e/both": text("1"), "e/one": text("1"), "e/turns": text("1"),
        "t/both": text("1"), "t/one": text("1"), "t/turns": text("1"),
        "l/both": text("1"), "l/one": text("1"), "l/turns": text("1"),
        "c/both/x": text("1"), "c/one/1/2": text("1"), "c/turns": text("1"),
        "c/leaf": { "source": source },
    });
    let two = json!({
        "m/copy": by("copy", "2"), "m/block": by("block", "2"), "m/seed": by("seed", "2"),
        "m/turns": by("copy", "2"), "m/comes": text("2"),
        "k/copy": by("copy", "2"), "k/block": by("block", "2"), "k/turns": by("block", "2"),
        "r/both": text("2"), "r/deep/er/two": text("2"), "r/turns/x": text("2"),
        "e/both": text("2"), "e/deep/er/two": text("2"), "e/turns/x": text("2"),
        "t/both": text("2"), "t/deep/er/two": text("2"), "t/turns/x": text("2"),
        "l/both": text("2"), "l/deep/er/two": text("2"), "l/turns/x": text("2"),
        "c/both/x": text("2"), "c/turns/x": text("2"),
        "c/leaf": { "source": source, "recursive": true },
    });
    [("one", one), ("two", two)].map(|(name, files)| tree(home, name, &files, None))
}

/// Every line of every file in the home, nhmt's own records and backups among
/// them, and the files in nhmt's private folders.
pub fn lines(home: &Path) -> (HashSet<String>, BTreeSet<PathBuf>) {
    let (mut lines, mut held) = (HashSet::new(), BTreeSet::new());
    for entry in WalkDir::new(home) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).unwrap();
            lines.extend(text.lines().map(str::to_owned));
            let private = |name: &std::ffi::OsStr| {
                name == "work" || name.to_str().is_some_and(|n| n.starts_with("bridge-"))
            };
            if entry.path().iter().any(private) {
                held.insert(entry.path().to_owned());
            }
        }
    }
    (lines, held)
}

/// What is not to be found, one message each.
pub fn lost(ledger: &Ledger, found: &HashSet<String>) -> Vec<String> {
    let lost = ledger.expected.difference(found);
    lost.map(|line| format!("`{line}` is nowhere")).collect()
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
fn nothing_that_a_program_writes_is_lost() {
    unprivileged("writers::nothing_that_a_program_writes_is_lost", || {
        let (runs, saves) = if crate::full() {
            (600, 60_000)
        } else {
            (40, 4_000)
        };
        let home = Home::fast();
        let trees = trees(&home);
        let root = home.path();
        let stop = AtomicBool::new(false);
        let (done, written) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let whole = Mutex::new(Ledger::default());
        let mut interfered = 0;
        // Runs one program until it is told to stop, at most so many times for
        // each run of nhmt.
        let repeat = |times: usize, act: &mut dyn FnMut(&mut Ledger)| {
            let mut ledger = Ledger::default();
            let mut turn = 0;
            while !stop.load(SeqCst) {
                if turn > times * (done.load(SeqCst) + 1) {
                    std::thread::yield_now();
                    continue;
                }
                turn += 1;
                let before = ledger.saves;
                act(&mut ledger);
                written.fetch_add(ledger.saves - before, SeqCst);
            }
            whole.lock().unwrap().add(ledger);
        };
        let paths = |dir: &str| {
            ["both", "one", "deep/er/two", "turns", "turns/x"].map(|path| format!("{dir}/{path}"))
        };
        let program = |name, dir: &str| {
            let paths = paths(dir);
            Program::new(name, &root, &paths.each_ref().map(String::as_str))
        };
        std::thread::scope(|scope| {
            let _stop = Stop(&stop);
            scope.spawn(|| {
                let mut program = program("exchange", "e");
                repeat(200, &mut |ledger| program.save_by_exchange(ledger));
            });
            scope.spawn(|| {
                let (mut program, mut last) = (program("rename", "r"), HashMap::new());
                repeat(200, &mut |ledger| program.save_by_rename(&mut last, ledger));
            });
            scope.spawn(|| {
                let (mut program, mut last) = (program("truncate", "t"), HashMap::new());
                repeat(200, &mut |ledger| {
                    program.truncate_and_write(&mut last, ledger);
                });
            });
            scope.spawn(|| {
                let mut program = program("append", "l");
                repeat(30, &mut |ledger| program.append(5, ledger));
            });
            scope.spawn(|| {
                let paths = [
                    "m/copy", "m/block", "m/seed", "m/turns", "m/goes", "m/comes",
                ];
                let mut program = Program::new("methods", &root, &paths);
                repeat(40, &mut |ledger| program.save_by_exchange(ledger));
            });
            scope.spawn(|| {
                let paths = ["k/copy", "k/block", "k/goes", "k/turns"];
                let mut program = Program::new("logs", &root, &paths);
                repeat(10, &mut |ledger| program.append(5, ledger));
            });
            scope.spawn(|| {
                let dirs = ["c/both", "c/one/1", "c/turns", "c/leaf", "c/leaf/sub"];
                let mut program = Program::new("create", &root, &dirs);
                let mut held = false;
                repeat(8, &mut |ledger| {
                    held = !held;
                    program.create(3, held, ledger);
                });
            });
            for run in 0..20 * runs {
                let tree = &trees[run % 2];
                let outcome = Outcome::of(home.command().arg("activate").arg(tree));
                if outcome.code() == Some(1) {
                    interfered += 1;
                    outcome.stderr_has("was changed by another program meanwhile");
                } else {
                    outcome.success();
                }
                done.fetch_add(1, SeqCst);
                if run >= runs && written.load(SeqCst) >= saves && run - interfered >= runs / 2 {
                    break;
                }
            }
        });
        let ledger = whole.into_inner().unwrap();
        assert!(ledger.saves >= saves, "the programs hardly ran");
        print(&home, done.into_inner(), interfered, &ledger);
    });
}

/// Counts, and looks for what was lost.
fn print(home: &Home, runs: usize, interfered: usize, ledger: &Ledger) {
    let (found, held) = lines(&home.path());
    let kept = fs::read_to_string(home.at(".local/state/nhmt/backups/items")).unwrap();
    Counts::of("writers")
        .count(runs, "runs")
        .count(interfered, "of them given up for a program")
        .count(ledger.saves, "saves")
        .count(ledger.refused, "refused")
        .count(ledger.expected.len(), "not replaced by their program")
        .count(kept.lines().count(), "backups")
        .count(held.len(), "held in private folders")
        .print(&lost(ledger, &found));
}

/// Looks at a link, and replaces it when it is one of its own.
fn unlink_and_link(target: &Path, path: &Path) {
    match fs::read_link(path) {
        Ok(_) => fs::remove_file(path).unwrap(),
        // What is not its own it moves away.
        Err(_) if path.exists() => {
            let number = path.parent().unwrap().join("backups");
            fs::create_dir_all(&number).unwrap();
            let next = fs::read_dir(&number).unwrap().count();
            fs::rename(path, number.join(next.to_string())).unwrap();
        }
        Err(_) => {}
    }
    // A program may have been quicker.
    let _ = symlink(target, path);
}

#[test]
fn a_linker_that_looks_and_then_unlinks_loses_what_programs_save() {
    let (mut saves, mut lost_saves, mut links) = (0, 0, 0_u64);
    while lost_saves == 0 && saves < 20_000_000 {
        let home = Home::fast();
        let stop = AtomicBool::new(false);
        let target = home.outside("target");
        let path = home.at("f");
        let mut ledger = Ledger::default();
        std::thread::scope(|scope| {
            let linker = scope.spawn(|| {
                let mut linked = 0;
                while !stop.load(SeqCst) {
                    unlink_and_link(&target, &path);
                    linked += 1;
                }
                linked
            });
            let root = home.path();
            let mut program = Program::new("exchange", &root, &["f"]);
            for _ in 0..5_000 {
                program.save_by_exchange(&mut ledger);
            }
            stop.store(true, SeqCst);
            links += linker.join().unwrap();
        });
        saves += ledger.saves;
        lost_saves += lost(&ledger, &lines(&home.path()).0).len();
    }
    assert!(lost_saves > 0, "none of {saves} saves was lost");
    Counts::of("writers against a linker that looks and then unlinks")
        .count(links, "links")
        .count(saves, "saves")
        .count(lost_saves, "of them lost")
        .print(&[]);
}
