//! Crash points of commands that deal with persisted paths: a command is
//! killed before each of its calls that has to do with files, or one of them
//! fails. Each time
//!
//! - nothing is lost that nhmt did not write, in the home or in the root,
//! - each path yields what it did before, or what the command leads to,
//! - the same command again leads to the same home and root, with every thing
//!   at its path or in a backup of its name, and once more changes nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::counts::{Counts, progress};
use super::crash::{calls, sample};
use super::inject::{self, Point, What};
use super::scenarios_state::{StateCase, all};

/// One point to reproduce, as for the other crash points.
fn only() -> Option<(String, Point)> {
    let text = std::env::var("NHMT_PROOF_POINT").ok()?;
    let (scenario, point) = text.split_once('/')?;
    Some((scenario.to_owned(), Point::parse(point)?))
}

fn prove(name: &str, kinds: &[(What, usize, usize)]) {
    let scenarios = all();
    let only = only();
    let failures = Mutex::new(Vec::new());
    let tried = AtomicUsize::new(0);
    for (index, scenario) in scenarios.iter().enumerate() {
        if only.as_ref().is_some_and(|(name, _)| name != scenario.name) {
            continue;
        }
        let next = AtomicUsize::new(0);
        let points = Mutex::new(None);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
                scope.spawn(|| {
                    let mut case = StateCase::new(scenario);
                    let points: Vec<Point> = points
                        .lock()
                        .unwrap()
                        .get_or_insert_with(|| {
                            if let Some((_, point)) = &only {
                                return vec![point.clone()];
                            }
                            case.reset();
                            let log = case.place.beside("trace");
                            let command = case.command(&scenario.arguments);
                            let (made, _) = inject::trace(&command, &log);
                            let each = kinds.iter().enumerate().flat_map(|(which, kind)| {
                                let (what, changing, other) = kind;
                                let offset = index * 3 + which * 5;
                                let mut some = sample(calls(&made, true, what), *changing, offset);
                                some.extend(sample(calls(&made, false, what), *other, offset));
                                some
                            });
                            each.collect()
                        })
                        .clone();
                    while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                        case.reset();
                        let output = inject::run(&case.command(&scenario.arguments), point);
                        tried.fetch_add(1, Ordering::Relaxed);
                        let said = String::from_utf8_lossy(&output.stderr);
                        let fault = if said.contains("panicked") {
                            Err(said.into_owned())
                        } else {
                            case.check()
                        };
                        if let Err(fault) = fault {
                            let name = scenario.name;
                            failures.lock().unwrap().push(format!(
                                "{name}, {point}: {fault}\nTo reproduce: NHMT_PROOF_POINT={name}/{point} cargo test --test proofs crash_state"
                            ));
                            if only.is_some() {
                                case.place.keep();
                            }
                        }
                    }
                });
            }
        });
        progress(
            name,
            index + 1,
            scenarios.len(),
            tried.load(Ordering::Relaxed),
        );
    }
    let failures = failures.into_inner().unwrap();
    Counts::of(name)
        .count(scenarios.len(), "scenarios")
        .count(tried.into_inner(), "points")
        .print(&failures);
}

#[test]
fn a_killed_adoption_is_taken_up_where_it_was() {
    prove("crash, state, killed", &[(What::Kill, 40, 4)]);
}

#[test]
fn an_adoption_whose_call_fails_loses_nothing() {
    let errors = ["ENOSPC", "EIO", "EACCES", "EROFS", "EXDEV"];
    let kinds = errors.map(|error| (What::Error(error.to_owned()), 5, 1));
    prove("crash, state, errors", &kinds);
}
