//! Every crash point: a command is killed before each of its system calls that
//! has to do with files, or one of them fails, and each time
//!
//! - no byte that nhmt did not write is lost,
//! - all paths yield the old content, or all the new one,
//! - the same command again leads to the new home, and once more does nothing,
//! - `doctor --repair` and selecting the old generation lead to the old home.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{self, Case, Fault};
use super::counts::Counts;
use super::inject::{self, Call, Point, What};
use super::scenario::{Place, Scenario};
use super::snapshot::Snapshot;
use super::turns::by_turns;
use super::{full, own, scenarios};

/// The errors that calls are made to fail with.
const ERRORS: [&str; 7] = [
    "ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE", "EINTR", "EXDEV",
];

/// One point to reproduce: `NHMT_PROOF_POINT=scenario/call/number/what`.
fn only() -> Option<(String, Point)> {
    let text = std::env::var("NHMT_PROOF_POINT").ok()?;
    let (scenario, point) = text.split_once('/')?;
    let point = Point::parse(point).expect("NHMT_PROOF_POINT is scenario/call/number/what");
    Some((scenario.to_owned(), point))
}

/// Whether the scenario `name` is one of those that somebody wants to look at:
/// the ones whose names start with `NHMT_PROOF_SCENARIO`.
pub fn is_asked_for(name: &str) -> bool {
    std::env::var("NHMT_PROOF_SCENARIO").is_ok_and(|start| name.starts_with(&start))
        || std::env::var_os("NHMT_PROOF_SCENARIO").is_none()
}

/// What was tried so far.
#[derive(Default)]
struct Tried {
    points: AtomicUsize,
    /// Homes that differ from each other after a point.
    homes: AtomicUsize,
    failures: Mutex<Vec<String>>,
}

/// Tries the points that `choose` picks of the calls of each scenario.
fn prove(name: &str, all: &[Scenario], choose: impl Fn(usize, &Case<'_>) -> Vec<Point> + Sync) {
    let tried = Tried::default();
    let only = only();
    let all: Vec<_> = all
        .iter()
        .filter(|one| only.as_ref().is_none_or(|(name, _)| one.name == name))
        .filter(|one| is_asked_for(one.name))
        .collect();
    by_turns(name, &all, &tried.points, |index, scenario| {
        let mut case = Case::new(scenario, Place::new());
        let points = match &only {
            Some((_, point)) => vec![point.clone()],
            None => choose(index, &case),
        };
        let mut seen = HashSet::new();
        for point in &points {
            if let Err(fault) = try_point(&case, point, &mut seen, &tried) {
                fail(&tried, scenario, point, &fault);
                if only.is_some() {
                    case.place.keep();
                }
            }
        }
    });
    let failures = tried.failures.into_inner().unwrap();
    Counts::of(name)
        .count(all.len(), "scenarios")
        .count(tried.points.into_inner(), "points")
        .count(tried.homes.into_inner(), "different homes after them")
        .print(&failures);
}

fn fail(tried: &Tried, scenario: &Scenario, point: &Point, fault: &str) {
    let mut text = String::new();
    let name = scenario.name;
    let _ = write!(
        text,
        "{name}, {point}: {fault}\nTo reproduce: NHMT_PROOF_POINT={name}/{point} cargo test --test proofs crash"
    );
    tried.failures.lock().unwrap().push(text);
}

/// Cuts the command off at `point` and checks what is left, unless the same
/// was left at another point.
fn try_point(
    case: &Case<'_>,
    point: &Point,
    seen: &mut HashSet<(u64, bool)>,
    tried: &Tried,
) -> Result<(), Fault> {
    case::reset(case);
    let output = inject::run(&case.place.command(&case.scenario.command), point);
    tried.points.fetch_add(1, Ordering::Relaxed);
    if point.what != What::Kill {
        case::check_output(&output, point)?;
    }
    let finished = output.status.success();
    let state = Snapshot::of(&case.place.home());
    if !seen.insert((own::fingerprint(&state), finished)) {
        return Ok(());
    }
    tried.homes.fetch_add(1, Ordering::Relaxed);
    let warned = String::from_utf8_lossy(&output.stderr).contains("warning: ");
    case.check(&state, finished, warned)
}

/// Every `k`-th of `points`, from an offset that differs between scenarios.
pub fn sample(points: Vec<Point>, most: usize, offset: usize) -> Vec<Point> {
    if full() {
        return points;
    }
    thin(points, most, offset)
}

/// The same in either form.
pub fn thin(points: Vec<Point>, most: usize, offset: usize) -> Vec<Point> {
    if points.len() <= most {
        return points;
    }
    let step = points.len().div_ceil(most);
    points
        .into_iter()
        .skip(offset % step)
        .step_by(step)
        .collect()
}

/// Points at the calls that a command made, those that change something or the others.
pub fn calls(made: &[Call], changing: bool, what: &What) -> Vec<Point> {
    made.iter()
        .filter(|call| call.changes() == changing)
        .filter(|call| *what == What::Kill || call.can_fail())
        .map(|call| Point {
            call: call.name.clone(),
            number: call.number,
            what: what.clone(),
        })
        .collect()
}

#[test]
fn a_killed_command_is_taken_up_where_it_was() {
    prove("crash, killed", &scenarios::all(), |index, case| {
        let kill = &What::Kill;
        let most = match case.scenario.name {
            "switch" => usize::MAX,
            "switch-with-backups" => 80,
            _ => 16,
        };
        let mut points = sample(calls(&case.calls, true, kill), most, index);
        points.extend(sample(calls(&case.calls, false, kill), 5, index * 7));
        points
    });
}

#[test]
fn a_command_whose_call_fails_says_so_and_loses_nothing() {
    prove("crash, errors", &scenarios::all(), |index, case| {
        let mut points = Vec::new();
        for (which, error) in ERRORS.into_iter().enumerate() {
            let one = &What::Error(error.to_owned());
            let on = &What::Errors(error.to_owned());
            let offset = index * 3 + which * 5;
            points.extend(sample(calls(&case.calls, true, one), 2, offset));
            // A call that only looks fails with one of the errors, each in turn.
            let looking = calls(&case.calls, false, one).into_iter();
            let mine = looking.skip(which).step_by(ERRORS.len()).collect();
            points.extend(sample(mine, 2, offset));
            // A call that is interrupted for ever may be tried for ever.
            if error != "EINTR" {
                let changing = calls(&case.calls, true, on).into_iter();
                let mine = changing.skip(which % 3).step_by(3).collect();
                points.extend(sample(mine, 1, offset));
            }
        }
        // A look at a directory of secrets decides whether they are removed.
        if case.scenario.name == "secrets-moved-as-they-are" {
            let looking = calls(&case.calls, false, &What::Error("EIO".to_owned()));
            points.extend(looking.into_iter().filter(|point| point.call == "fstat"));
        }
        points
    });
}
