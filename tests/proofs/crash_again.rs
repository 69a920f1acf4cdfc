//! A run that takes up a killed run is killed as well, and the same holds.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{self, Case};
use super::counts::Counts;
use super::crash::{calls, sample, thin};
use super::inject::{self, What};
use super::own::fingerprint;
use super::scenario::{Place, Scenario};
use super::snapshot::Snapshot;
use super::turns::by_turns;
use super::{full, scenarios};

/// What was tried so far.
#[derive(Default)]
struct Tried {
    /// Homes that a first kill left.
    first: AtomicUsize,
    points: AtomicUsize,
    failures: Mutex<Vec<String>>,
}

#[test]
fn a_killed_recovery_is_taken_up_too() {
    let all = scenarios::recovery();
    let tried = Tried::default();
    let name = "crash, killed again";
    by_turns(name, &all, &tried.points, |index, scenario| {
        kill_twice(scenario, index, &tried);
    });
    let failures = tried.failures.into_inner().unwrap();
    Counts::of(name)
        .count(all.len(), "scenarios")
        .count(tried.first.into_inner(), "killed runs")
        .count(tried.points.into_inner(), "points")
        .print(&failures);
}

/// Kills the command at some points, and what goes on after each at the calls
/// that it makes there.
fn kill_twice(scenario: &Scenario, index: usize, tried: &Tried) {
    let case = Case::new(scenario, Place::new());
    let home = case.place.home();
    let firsts = sample(calls(&case.calls, true, &What::Kill), 4, index * 3);
    let (mut left, mut seen) = (HashSet::new(), HashSet::new());
    for first in firsts {
        case::reset(&case);
        inject::run(&case.place.command(&scenario.command), &first);
        let state = Snapshot::of(&home);
        if !left.insert(fingerprint(&state)) {
            continue;
        }
        tried.first.fetch_add(1, Ordering::Relaxed);
        let again = case.place.command(&scenario.again);
        let (made, _) = inject::trace(&again, &case.place.beside("trace-again"));
        // Every first kill with every second one would be some 100,000 points.
        let most = if full() { 12 } else { 5 };
        for second in thin(
            calls(&made, true, &What::Kill),
            most,
            index * 5 + first.number,
        ) {
            state.restore(&home);
            inject::run(&case.place.command(&scenario.again), &second);
            tried.points.fetch_add(1, Ordering::Relaxed);
            let twice = Snapshot::of(&home);
            if !seen.insert(fingerprint(&twice)) {
                continue;
            }
            if let Err(fault) = case.check(&twice, false, false) {
                let fault = format!("{}, {first}, then {second}: {fault}", scenario.name);
                tried.failures.lock().unwrap().push(fault);
            }
        }
    }
}
