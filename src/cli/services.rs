//! `nhmt internal switch-services`: what the hook `reloadSystemd` runs. The
//! trees are those that hooks are told of, and what is done is said on
//! standard output, a line for each kind of thing.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::failure::Failure;
use crate::home::Layout;
use crate::services::{Changes, Manager, Plan, State, Units, Waited, plan};

/// Start, stop and restart the units of the user that a switch changed
#[derive(Debug, Clone, Args)]
pub(super) struct SwitchServices {
    /// Where units lie in a home, by precedence
    #[arg(long, value_name = "DIR", required = true)]
    units: Vec<PathBuf>,
    /// The units of before, when there is no tree of before
    #[arg(long, value_name = "DIR")]
    old_units: Option<PathBuf>,
    /// The program that talks to the manager
    #[arg(long, default_value = "systemctl")]
    systemctl: OsString,
    /// How long units may take to start, in milliseconds; 0: as long as they do
    #[arg(long, value_name = "MS", default_value_t = 0)]
    timeout: u64,
    /// Say what is to be done, and do no more than have the units read again
    #[arg(long)]
    suggest: bool,
}

/// The words for what systemctl's verbs do: what is done, was done, will be.
const WORDS: [(&str, &str); 4] = [
    ("stop", "stopped"),
    ("reload", "reloaded"),
    ("restart", "restarted"),
    ("start", "started"),
];

pub(super) fn run(args: &SwitchServices) -> Result<ExitCode, Failure> {
    let tree = |name: &str| env::var_os(name).filter(|tree| !tree.is_empty());
    let Some(new_tree) = tree("NHMT_NEW_GENERATION").map(PathBuf::from) else {
        return Err(Failure::new("NHMT_NEW_GENERATION is not set")
            .hint("hooks run this, who are told which trees there are"));
    };
    let new = units_of(&new_tree, &args.units)?;
    let old = match (tree("NHMT_OLD_GENERATION"), &args.old_units) {
        (Some(tree), _) => units_of(Path::new(&tree), &args.units)?,
        (None, Some(directory)) => read(std::slice::from_ref(directory))?,
        (None, None) => Units::default(),
    };
    if old == new {
        return Ok(ExitCode::SUCCESS);
    }
    let Some(manager) = Manager::find(args.systemctl.clone()) else {
        // Whose first session reads the units as they are.
        return Ok(ExitCode::SUCCESS);
    };
    let dry_run = tree("NHMT_DRY_RUN").is_some();
    let since = (!dry_run).then(switched).flatten();
    let states = states(&manager, &old, &new, since)?;
    let todo = plan(&old, &new, &states);
    for (name, why) in &todo.left {
        println!("{name} is left as it is: {why}");
    }
    if dry_run {
        say(&todo, |verb, _, names| format!("would {verb} {names}"));
        return Ok(ExitCode::SUCCESS);
    }
    if args.suggest {
        manager.reload().map_err(Failure::new)?;
        say(&todo, |verb, _, names| {
            format!("to be done by hand: systemctl --user {verb} {names}")
        });
        return Ok(ExitCode::SUCCESS);
    }
    let limit = (args.timeout > 0).then(|| Duration::from_millis(args.timeout));
    carry_out(&manager, &todo, &states, &new, limit)
}

/// Where systemd looks for units in a home, by precedence: systemd.unit(5).
const PLACES: [&str; 2] = [".config/systemd/user", ".local/share/systemd/user"];

/// By what the units of two trees differ.
pub(super) fn changes(old: Option<&Path>, new: &Path) -> Result<Changes, Failure> {
    let places = PLACES.map(PathBuf::from);
    let old = old.map(|old| units_of(old, &places)).transpose()?;
    let new = units_of(new, &places)?;
    Ok(old.unwrap_or_default().changes(&new))
}

fn units_of(tree: &Path, directories: &[PathBuf]) -> Result<Units, Failure> {
    // What lies in a persisted directory is beside the home's tree.
    let below = |directory: &PathBuf| {
        [
            tree.join("home").join(directory),
            tree.join("inside").join(directory),
        ]
    };
    let places: Vec<_> = directories.iter().flat_map(below).collect();
    read(&places)
}

fn read(directories: &[PathBuf]) -> Result<Units, Failure> {
    Units::read(directories).map_err(|error| {
        let places: Vec<_> = directories
            .iter()
            .map(|place| place.display().to_string())
            .collect();
        Failure::new(format_args!("the units in {}: {error}", places.join(", ")))
    })
}

/// When the home switched: the anchor is made anew by each run.
fn switched() -> Option<SystemTime> {
    let home = env::var_os("HOME")?;
    let anchor = Layout::new(home).anchor();
    anchor.symlink_metadata().ok()?.modified().ok()
}

fn states(
    manager: &Manager,
    old: &Units,
    new: &Units,
    since: Option<SystemTime>,
) -> Result<BTreeMap<String, State>, Failure> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut patterns: BTreeSet<String> = BTreeSet::new();
    for units in [old, new] {
        names.extend(
            units
                .names()
                .filter(|name| !name.contains("@."))
                .map(str::to_owned),
        );
        patterns.extend(units.patterns());
        for (unit, by) in units.wanted() {
            names.insert(unit.to_owned());
            names.extend(by.iter().cloned());
        }
    }
    let patterns: Vec<_> = patterns.into_iter().collect();
    names.extend(manager.loaded(&patterns).map_err(Failure::new)?);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    manager.states(&names, since).map_err(Failure::new)
}

/// A line for each verb that has units.
fn say(todo: &Plan, line: impl Fn(&str, &str, &str) -> String) {
    for ((verb, names), (_, done)) in todo.verbs().into_iter().zip(WORDS) {
        if !names.is_empty() {
            println!("{}", line(verb, done, &names.join(", ")));
        }
    }
}

fn carry_out(
    manager: &Manager,
    todo: &Plan,
    before: &BTreeMap<String, State>,
    new: &Units,
    limit: Option<Duration>,
) -> Result<ExitCode, Failure> {
    let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    let mut problems = Vec::new();
    let mut act = |verb: &str, names: &[String]| -> Result<(), Failure> {
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        match manager
            .carry_out(verb, &names, limit)
            .map_err(Failure::new)?
        {
            Waited::Started => {}
            Waited::Failed(words) => problems.push(words),
            Waited::TimeUp => println!("still on their way to {verb}: {}", names.join(", ")),
        }
        Ok(())
    };
    // As they were when they were started, which the manager still knows.
    act("stop", &names(&todo.stop))?;
    let mut start = todo.start.clone();
    start.extend(taken_along(manager, todo, before, new)?);
    manager.reload().map_err(Failure::new)?;
    act("reload", &names(&todo.reload))?;
    let failed = |name: &&str| before.get(*name).is_some_and(|state| state.failed);
    let again: Vec<_> = start.iter().map(String::as_str).filter(failed).collect();
    if !again.is_empty() {
        manager.forget_failures(&again);
    }
    act("restart", &names(&todo.restart))?;
    act("start", &names(&start))?;
    say(todo, |_, done, names| format!("{done} {names}"));

    let all = todo.restart.iter().chain(&start).chain(&todo.reload);
    let all: Vec<_> = all.map(String::as_str).collect();
    let after = manager.states(&all, None).map_err(Failure::new)?;
    let failed: Vec<_> = after.iter().filter(|(_, state)| state.failed).collect();
    for (name, _) in &failed {
        println!("{name} failed; `journalctl --user -u {name}` has its words");
    }
    if failed.is_empty() && problems.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let words = problems.iter().flat_map(|words| words.lines());
    words.for_each(|line| println!("{line}"));
    Ok(ExitCode::FAILURE)
}

/// The home's units that stopped because others did, and are to go on.
fn taken_along(
    manager: &Manager,
    todo: &Plan,
    before: &BTreeMap<String, State>,
    new: &Units,
) -> Result<Vec<String>, Failure> {
    if todo.stop.is_empty() {
        return Ok(Vec::new());
    }
    let ran = before.iter().filter(|(name, state)| {
        state.active && !todo.stop.contains(*name) && new.get(name).is_some()
    });
    let ran: Vec<_> = ran.map(|(name, _)| name.as_str()).collect();
    let now = manager.states(&ran, None).map_err(Failure::new)?;
    let stopped = now
        .into_iter()
        .filter(|(_, state)| !state.active && !state.failed);
    Ok(stopped.map(|(name, _)| name).collect())
}
