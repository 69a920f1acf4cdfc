//! Power cuts while data moves to a persistent directory, on the filesystem of
//! the home and on another, which both lose power at once: each path yields
//! what it did or what it is to, the same command again leads to the same home
//! and root, and nothing is lost. When the command has ended, all of it is on
//! the disk.

use super::counts::Counts;
use super::disk::{BTRFS, Disk, EXT4, Filesystem, XFS};
use super::power_loss::{END, every, halting};
use super::scenario::Place;
use super::scenarios_state::{StateCase, StateScenario, power_loss};

/// Cuts the power in a scenario; gives how often, and what went wrong.
fn cut_power(
    scenario: &StateScenario,
    filesystem: Filesystem,
    every: usize,
    left_out: &str,
) -> (usize, Vec<String>) {
    let mut disks = vec![Disk::new(filesystem)];
    if scenario.far {
        disks.push(Disk::new(filesystem));
    }
    let root = disks.last().unwrap().path().join("persist");
    let case = StateCase::at(scenario, Place::at(&disks[0].path()), root, None);
    case.reset();
    for disk in &disks {
        disk.sync();
    }
    let command = case.command(&scenario.arguments);
    let mut cuts = Vec::new();
    halting(&command, &disks[0].beside("log"), left_out, |last| {
        for disk in &disks {
            disk.cut(&format!("cut-{}", cuts.len()));
        }
        cuts.push(last.to_owned());
    });
    assert!(cuts.len() > 5, "the calls are not those that were expected");
    let mut failures = Vec::new();
    let mut tried = 0;
    for (index, last) in cuts.iter().enumerate() {
        if !(index % every == every - 1 || last == END) {
            continue;
        }
        tried += 1;
        for disk in &mut disks {
            disk.power_on(&format!("cut-{index}"));
        }
        let done = if last == END {
            case.check_done()
        } else {
            Ok(())
        };
        if let Err(fault) = done.and_then(|()| case.check()) {
            failures.push(format!(
                "{}, {}, power cut {index} (after {last}): {fault}",
                filesystem.name, scenario.name
            ));
        }
    }
    (tried, failures)
}

fn prove(filesystem: Filesystem, every: usize) {
    let mut failures = Vec::new();
    let mut points = 0;
    let all = power_loss();
    for scenario in &all {
        let (tried, failed) = cut_power(scenario, filesystem, every, "");
        points += tried;
        failures.extend(failed);
    }
    Counts::of(&format!("power loss, state, {}", filesystem.name))
        .count(all.len(), "scenarios")
        .count(points, "points")
        .print(&failures);
}

#[test]
fn on_ext4_a_power_cut_loses_nothing_on_its_way_to_a_root() {
    prove(EXT4, every(7));
}

#[test]
fn on_xfs_it_loses_nothing_either() {
    prove(XFS, every(20));
}

#[test]
fn on_btrfs_it_loses_nothing_either() {
    prove(BTRFS, every(7));
}

/// The proof sees it when nothing is brought to the disk.
#[test]
fn a_move_that_leaves_out_syncs_is_found_out() {
    let all = power_loss();
    let far = all.iter().find(|one| one.name == "state-adopted-far");
    let (_, failures) = cut_power(far.unwrap(), EXT4, every(20), "fsync,fdatasync,syncfs");
    assert!(!failures.is_empty(), "without syncs nothing is found");
}
