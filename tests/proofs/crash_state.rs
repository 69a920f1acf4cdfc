//! Crash points of commands that deal with persisted paths: a command is
//! killed before each of its calls that has to do with files, or one of them
//! fails. Each time
//!
//! - nothing is lost that nhmt did not write, in the home or in the root,
//! - each path yields what it did before, or what the command leads to,
//! - the same command again leads to the same home and root, with every thing
//!   at its path or in a backup of its name, and once more changes nothing.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::counts::Counts;
use super::crash::{calls, sample, thin};
use super::full;
use super::inject::{self, Call, Point, What};
use super::scenarios_state::{StateCase, StateScenario, all, thousand};
use super::turns::by_turns;

/// The errors that calls are made to fail with.
const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EACCES", "EROFS", "EXDEV"];

/// One point to reproduce, as for the other crash points.
fn only() -> Option<(String, Point)> {
    let text = std::env::var("NHMT_PROOF_POINT").ok()?;
    let (scenario, point) = text.split_once('/')?;
    Some((scenario.to_owned(), Point::parse(point)?))
}

/// Tries the points that `choose` picks of the calls of each scenario.
fn prove(
    name: &str,
    scenarios: &[StateScenario],
    choose: impl Fn(usize, &[Call]) -> Vec<Point> + Sync,
) {
    let only = only();
    let failures = Mutex::new(Vec::new());
    let (tried, homes) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let all: Vec<_> = scenarios
        .iter()
        .filter(|one| only.as_ref().is_none_or(|(name, _)| one.name == name))
        .collect();
    by_turns(name, &all, &tried, |index, scenario| {
        let mut case = StateCase::new(scenario);
        let points = if let Some((_, point)) = &only {
            vec![point.clone()]
        } else {
            case.reset();
            let log = case.place.beside("trace");
            let command = case.command(&scenario.arguments);
            choose(index, &inject::trace(&command, &log).0)
        };
        let mut seen = HashSet::new();
        for point in &points {
            case.reset();
            let output = inject::run(&case.command(&scenario.arguments), point);
            tried.fetch_add(1, Ordering::Relaxed);
            let said = String::from_utf8_lossy(&output.stderr);
            let fault = if said.contains("panicked") {
                Err(said.into_owned())
            } else if seen.insert(case.fingerprint()) {
                homes.fetch_add(1, Ordering::Relaxed);
                case.check()
            } else {
                Ok(())
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
    let failures = failures.into_inner().unwrap();
    Counts::of(name)
        .count(scenarios.len(), "scenarios")
        .count(tried.into_inner(), "points")
        .count(homes.into_inner(), "different homes after them")
        .print(&failures);
}

/// All of the points in the full form but for those of calls that only look:
/// of these one in so many, since the next call that changes something finds
/// the same on the disk.
fn one_in(of: usize, points: Vec<Point>, most: usize, offset: usize) -> Vec<Point> {
    if full() {
        return points.into_iter().skip(offset % of).step_by(of).collect();
    }
    thin(points, most, offset)
}

#[test]
fn a_killed_adoption_is_taken_up_where_it_was() {
    let kill = &What::Kill;
    prove("crash, state, killed", &all(), |index, made| {
        let mut points = sample(calls(made, true, kill), 40, index * 3);
        let looking = calls(made, false, kill);
        points.extend(one_in(7, looking, 4, index * 3));
        points
    });
}

#[test]
fn an_adoption_whose_call_fails_loses_nothing() {
    prove("crash, state, errors", &all(), |index, made| {
        let mut points = Vec::new();
        for (which, error) in ERRORS.into_iter().enumerate() {
            let error = &What::Error(error.to_owned());
            let offset = index * 3 + which * 5;
            points.extend(sample(calls(made, true, error), 5, offset));
            // In the full form, a third of them, with the errors by turns.
            let looking = calls(made, false, error);
            points.extend(one_in(3 * ERRORS.len(), looking, 1, offset));
        }
        points
    });
}

/// A thousand files that go to another mount: so many calls are made for each
/// that a part of them is tried, of files and calls in turn.
#[test]
fn a_thousand_files_are_taken_up_where_they_were() {
    let most = if full() { 1_000 } else { 12 };
    prove(
        "crash, state, 1,000 files, killed",
        &[thousand()],
        |_, made| thin(calls(made, true, &What::Kill), most, 5),
    );
}
