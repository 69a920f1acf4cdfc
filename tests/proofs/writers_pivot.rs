//! Programs that hear of a switch and save at once, while nhmt still goes
//! through the links that are stale or have to be made anew: the moments
//! between looking at a link and taking it away are met as often as can be.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::{Map, Value, json};

use crate::counts::Counts;
use crate::support::Home;
use crate::trees::{Dice, activate, tree};
use crate::unprivileged::unprivileged;
use crate::writers::{lines, lost};
use crate::writers_programs::{Ledger, Program};

/// So many links are stale after the one switch, and as many are made anew.
const LINKS: usize = 150;

fn files(names: &[&str], text: &str) -> Value {
    let paths = names
        .iter()
        .flat_map(|name| (0..LINKS).map(move |n| format!("{name}/{n:03}")));
    let files = paths.map(|path| (path, json!({ "text": text })));
    Value::Object(files.collect::<Map<_, _>>())
}

/// Waits until the anchor leads to `tree`, or run number `run` is over.
fn pivot(home: &Home, tree: &Path, done: &AtomicUsize, run: usize) {
    let anchor = home.at(".local/state/nhmt/current");
    while done.load(SeqCst) <= run && !fs::read_link(&anchor).is_ok_and(|now| now == tree) {
        std::hint::spin_loop();
    }
}

#[test]
fn nothing_that_is_saved_while_links_go_is_lost() {
    unprivileged(
        "writers_pivot::nothing_that_is_saved_while_links_go_is_lost",
        || {
            let runs = if crate::full() { 600 } else { 80 };
            let home = Home::fast();
            let with = tree(&home, "with", &files(&["changed", "stale"], "1"), None);
            let without = tree(&home, "without", &files(&["changed"], "2"), None);
            activate(&home, &with).success();
            let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let whole = Mutex::new(Ledger::default());
            let saver = |name: &'static str, dir: &str, seed: u64| {
                let mut dice = Dice::new(seed);
                let paths: Vec<_> = (0..LINKS).map(|n| format!("{dir}/{n:03}")).collect();
                let paths: Vec<_> = paths.iter().map(String::as_str).collect();
                let mut program = Program::new(name, &home.path(), &paths);
                let mut ledger = Ledger::default();
                for run in 0..runs {
                    while begun.load(SeqCst) <= run {
                        std::thread::yield_now();
                    }
                    // Only in the runs that take links away: in the others their
                    // places are backed up.
                    if run % 2 == 0 {
                        pivot(&home, &without, &done, run);
                        program.go_to(dice.roll(LINKS));
                        for _ in 0..LINKS {
                            if done.load(SeqCst) > run {
                                break;
                            }
                            program.save_by_exchange(&mut ledger);
                        }
                    }
                }
                whole.lock().unwrap().add(ledger);
            };
            std::thread::scope(|scope| {
                scope.spawn(|| saver("stale", "stale", 1));
                scope.spawn(|| saver("changed", "changed", 2));
                for run in 0..runs {
                    begun.fetch_add(1, SeqCst);
                    let tree = if run % 2 == 0 { &without } else { &with };
                    let outcome = activate(&home, tree);
                    // Counted before it is looked at: the programs wait for it.
                    done.fetch_add(1, SeqCst);
                    outcome.success();
                }
            });
            let ledger = whole.into_inner().unwrap();
            assert!(
                ledger.saves > 10 * runs,
                "hardly anything was saved: {}",
                ledger.saves
            );
            let (found, held) = lines(&home.path());
            Counts::of("writers that hear of the switch")
                .count(runs, "runs")
                .count(ledger.saves, "saves while links went")
                .count(ledger.expected.len(), "not replaced by their program")
                .count(held.len(), "held in private folders")
                .print(&lost(&ledger, &found));
        },
    );
}
