//! Power cuts: a command is halted after each call that brings something to
//! the disk or gives it a name, and what has reached the disk by then is
//! mounted as after a power cut. On it,
//!
//! - before the pivot all paths yield the old content, after the command said
//!   that it is done the new one, and in between one of the two, whole;
//! - the same command leads to the new home, and no byte is lost that was on
//!   the disk before.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::case::{Case, Fault};
use super::counts::Counts;
use super::crash::is_asked_for;
use super::disk::{BTRFS, Disk, EXT4, EXT4_WRITEBACK, Filesystem, XFS};
use super::inject;
use super::scenario::{Place, Scenario, show};
use super::snapshot::Snapshot;
use super::{full, scenarios, scenarios_secrets};

/// What a command is halted after.
const CALLS: &str = "fsync,fdatasync,syncfs,rename,renameat,renameat2";

/// When the power went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum When {
    BeforePivot,
    AfterPivot,
    Done,
}

/// A power cut: the file that it left, when it was, and after which call.
struct Cut {
    image: String,
    when: When,
    after: String,
}

/// Runs `command`, halts it after each of its calls, and calls `at` with each
/// and at last with its end. The calls named in `left_out` do nothing.
pub fn halting(command: &Command, log: &Path, left_out: &str, mut at: impl FnMut(&str)) {
    let _ = fs::remove_file(log);
    let trace = format!("trace={CALLS}");
    let stop = |calls: &str, how: &str| format!("inject={calls}{how}:signal=STOP:when=1+");
    let (without, with): (Vec<_>, Vec<_>) = CALLS
        .split(',')
        .partition(|call| left_out.split(',').any(|out| out == *call));
    let with = stop(&with.join(","), "");
    let without = stop(&without.join(","), ":retval=0");
    let mut arguments = vec!["-o", log.to_str().unwrap(), "-e", &trace, "-e", &with];
    arguments.extend(["-e", "signal=stop"]);
    if !left_out.is_empty() {
        arguments.extend(["-e", &without]);
    }
    let mut strace = inject::strace(command, &arguments);
    strace.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = strace.spawn().unwrap();
    let started = Instant::now();
    let mut read = 0;
    loop {
        let ended = child.try_wait().unwrap().is_some();
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        let main = lines.first().and_then(|line| line.split(' ').next());
        let mut last = "";
        for (index, line) in lines.iter().enumerate() {
            let Some((process, what)) = line.trim_end().split_once(' ') else {
                break;
            };
            let what = what.trim_start();
            if Some(process) != main || !line.ends_with('\n') {
                continue;
            }
            if what.contains('(') && !what.starts_with("---") {
                last = what;
            }
            if index < read || what != "--- stopped by SIGSTOP ---" {
                continue;
            }
            read = index + 1;
            at(last);
            let process = process.parse().ok().and_then(Pid::from_raw).unwrap();
            kill_process(process, Signal::CONT).unwrap();
        }
        if ended {
            break;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "{text}");
        thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", show(&output));
    at(END);
}

/// What stands for the command's end among its calls.
pub const END: &str = "its end";

/// Runs the command of `case` and cuts the power after each of its calls.
/// The calls named in `left_out` do nothing.
fn run(case: &Case<'_>, disk: &Disk, left_out: &str) -> Vec<Cut> {
    let command = case.place.command(&case.scenario.command);
    let mut cuts: Vec<Cut> = Vec::new();
    let mut when = When::BeforePivot;
    halting(&command, &disk.beside("log"), left_out, |last| {
        // The anchor has its name only when it leads to the new tree.
        if last.starts_with("rename") && last.contains("\"current.next\"") {
            let anchor = fs::read_link(case.place.home().join(".local/state/nhmt/current"));
            if anchor.is_ok_and(|tree| tree == case.tree()) {
                when = When::AfterPivot;
            }
        }
        let image = format!("cut-{}", cuts.len());
        disk.cut(&image);
        cuts.push(Cut {
            image,
            when: if last == END { When::Done } else { when },
            after: last.to_owned(),
        });
    });
    assert!(
        cuts.iter().any(|cut| cut.when == When::AfterPivot) && cuts.len() > 5,
        "the calls are not those that were expected"
    );
    cuts
}

/// What a power cut left must hold.
fn check(case: &Case<'_>, when: When) -> Result<(), Fault> {
    let home = case.place.home();
    // What was in memory is gone; the unit of the login brings it back.
    case.place.forget();
    if scenarios_secrets::has_any(case.scenario) {
        let output = case.place.type_in(&["secrets", "decrypt"]);
        if !output.status.success() {
            return Err(format!("secrets decrypt: {}", show(&output)));
        }
    }
    match when {
        When::BeforePivot => case.check_old()?,
        When::AfterPivot => case.check_view("the power cut", false)?,
        When::Done => case.check_view("the power cut", true)?,
    }
    let state = Snapshot::of(&home);
    case.check_foreign(&state, false)?;
    case.go_on()
}

/// Cuts the power in a scenario; gives how often, and what went wrong.
fn cut_power(
    scenario: &Scenario,
    filesystem: Filesystem,
    every: usize,
    left_out: &str,
) -> (usize, Vec<String>) {
    let mut disk = Disk::new(filesystem);
    let case = Case::new(scenario, Place::at(&disk.path()));
    super::case::reset(&case);
    disk.sync();
    let cuts = run(&case, &disk, left_out);
    let mut failures = Vec::new();
    let mut tried = 0;
    for (index, cut) in cuts.iter().enumerate() {
        let last = cut.when == When::Done;
        if !(index % every == every - 1 || last) {
            continue;
        }
        tried += 1;
        disk.power_on(&cut.image);
        if let Err(fault) = check(&case, cut.when) {
            failures.push(format!(
                "{}, {}, power cut {index} ({:?}, after {}): {fault}",
                filesystem.name, scenario.name, cut.when, cut.after
            ));
        }
    }
    (tried, failures)
}

fn prove(filesystem: Filesystem, every: usize) {
    let mut failures = Vec::new();
    let mut points = 0;
    let mut all = scenarios::power_loss();
    all.retain(|one| is_asked_for(one.name));
    for scenario in &all {
        let (tried, failed) = cut_power(scenario, filesystem, every, "");
        points += tried;
        failures.extend(failed);
    }
    Counts::of(&format!("power loss, {}", filesystem.name))
        .count(all.len(), "scenarios")
        .count(points, "points")
        .print(&failures);
}

/// In the bounded form, every so many of the points.
pub fn every(bounded: usize) -> usize {
    if full() { 1 } else { bounded }
}

#[test]
fn on_ext4_a_power_cut_leaves_the_old_home_or_the_new_one() {
    prove(EXT4, every(5));
}

#[test]
fn on_ext4_without_ordered_data_it_does_too() {
    prove(EXT4_WRITEBACK, every(20));
}

#[test]
fn on_xfs_it_does_too() {
    prove(XFS, every(20));
}

#[test]
fn on_btrfs_it_does_too() {
    // With its own log: what is fsynced may be there before the rest.
    prove(BTRFS, every(5));
}

/// The proof sees it when nothing is brought to the disk, and when the new tree
/// is not.
#[test]
fn a_command_that_leaves_out_syncs_is_found_out() {
    let scenario = scenarios::switch_with_backups();
    for left_out in ["fsync,fdatasync,syncfs", "syncfs"] {
        let (tried, failures) = cut_power(&scenario, EXT4, every(10), left_out);
        let text = format!(
            "proof: power loss, {left_out} left out on purpose: {tried} points, {} found\n",
            failures.len()
        );
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        assert!(!failures.is_empty(), "without {left_out} nothing is found");
    }
}
