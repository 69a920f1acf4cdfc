//! A run that takes up a killed run is killed as well, and the same holds.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::case::{self, Case};
use super::counts::{self, Counts};
use super::crash::{calls, sample, thin};
use super::inject::{self, What};
use super::own::fingerprint;
use super::scenario::{Place, Scenario};
use super::snapshot::Snapshot;
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
    for (index, scenario) in all.iter().enumerate() {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
                scope.spawn(|| kill_twice(scenario, index, &next, &tried));
            }
        });
        let points = tried.points.load(Ordering::Relaxed);
        counts::progress("crash, killed again", index + 1, all.len(), points);
    }
    let failures = tried.failures.into_inner().unwrap();
    Counts::of("crash, killed again")
        .count(all.len(), "scenarios")
        .count(tried.first.into_inner(), "killed runs")
        .count(tried.points.into_inner(), "points")
        .print(&failures);
}

/// Takes first points by turns with the other threads, and kills what goes on
/// after each at the calls that it makes there.
fn kill_twice(scenario: &Scenario, index: usize, next: &AtomicUsize, tried: &Tried) {
    let case = Case::new(scenario, Place::new());
    let home = case.place.home();
    let firsts = sample(calls(&case.calls, true, &What::Kill), 4, index * 3);
    let (mut left, mut seen) = (HashSet::new(), HashSet::new());
    while let Some(first) = firsts.get(next.fetch_add(1, Ordering::Relaxed)) {
        case::reset(&case);
        inject::run(&case.place.command(&scenario.command), first);
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
