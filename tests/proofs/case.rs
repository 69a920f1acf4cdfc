//! A scenario in a place: what the home was, what it is to become, and whether
//! what a cut-off run left can be lived with.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::inject::{self, Call, Point, What};
use super::own::{STATE, own_names, profile_agrees};
use super::scenario::{Place, Scenario, Typed, show};
use super::scenarios_secrets;
use super::snapshot::{Node, Snapshot};
use super::view::{self, View, is_own, view};

/// Something that nhmt did not write: where it was, and what it is.
#[derive(Debug, Clone)]
struct Foreign {
    path: PathBuf,
    node: Node,
}

/// A scenario in a place.
pub struct Case<'a> {
    pub scenario: &'a Scenario,
    pub place: Place,
    /// The home before the command.
    pub base: Snapshot,
    /// What lookups yielded before it, and after one that was not cut off.
    old: View,
    new: View,
    /// The home after one that was not cut off.
    golden: Snapshot,
    /// The homes to which selecting the old generation may lead: from before
    /// the command and from after it.
    backs: Vec<Snapshot>,
    drift: Value,
    foreign: Vec<Foreign>,
    /// The calls of the command, in order.
    pub calls: Vec<Call>,
}

/// What is wrong, as a sentence.
pub type Fault = String;

impl<'a> Case<'a> {
    /// Prepares the home, and runs the command once to its end.
    pub fn new(scenario: &'a Scenario, place: Place) -> Self {
        place.prepare(scenario);
        let home = place.home();
        let base = Snapshot::of(&home);
        let old = view(&home);
        let log = place.beside("trace");
        let (calls, output) = inject::trace(&place.command(&scenario.command), &log);
        let name = scenario.name;
        assert!(output.status.success(), "{name}: {}", show(&output));
        let golden = Snapshot::of(&home);
        let foreign = foreign(&base, scenario);
        let mut case = Self {
            scenario,
            old,
            new: view(&home),
            golden,
            backs: Vec::new(),
            drift: Value::Null,
            foreign,
            calls,
            base,
            place,
        };
        case.drift = case.status().unwrap();
        let golden = case.golden.clone();
        case.check_foreign(&golden, true).unwrap();
        if let Some(generation) = scenario.back {
            for from in [&case.golden, &case.base] {
                from.restore(&home);
                let output = case.place.type_in(&["select-generation", generation, "-b"]);
                assert!(output.status.success(), "{name}: {}", show(&output));
                case.backs.push(Snapshot::of(&home));
            }
        }
        assert!(
            case.old != case.new || case.base.differences(&case.golden, true) != [""; 0],
            "{name} does nothing"
        );
        case
    }

    /// What a command left must hold, and going on from there must lead to the
    /// one home or to the other. `finished`: the command said that all went
    /// well; `warned`: but for what it named.
    pub fn check(&self, state: &Snapshot, finished: bool, warned: bool) -> Result<(), Fault> {
        let home = self.place.home();
        self.check_view_of("the command", finished, warned)?;
        self.check_foreign(state, false)?;
        scenarios_secrets::check_private(state)?;
        self.go_on()?;
        state.restore(&home);
        self.repair()?;
        if let Some(generation) = self.scenario.back {
            state.restore(&home);
            self.turn_back(generation)?;
        }
        Ok(())
    }

    /// The tree that the command puts in force.
    pub fn tree(&self) -> PathBuf {
        let anchor = Path::new(STATE).join("current");
        match &self.golden.entries[&anchor].node {
            Node::Link(tree) => tree.clone(),
            other => panic!("the anchor is {other:?}"),
        }
    }

    /// All paths yield the old content.
    pub fn check_old(&self) -> Result<(), Fault> {
        let found = view(&self.place.home());
        if found == self.old {
            return Ok(());
        }
        Err(format!(
            "what lookups yield is not old:\n  {}",
            view::differences(&self.old, &found).join("\n  ")
        ))
    }

    /// All paths yield the old content, or all the new one.
    pub fn check_view(&self, after: &str, finished: bool) -> Result<(), Fault> {
        self.check_view_of(after, finished, false)
    }

    /// As [`Case::check_view`]; `warned`: the command said that not all was
    /// done, which for files that arrive on their own is no failure.
    fn check_view_of(&self, after: &str, finished: bool, warned: bool) -> Result<(), Fault> {
        let found = view(&self.place.home());
        let mut together = found.clone();
        let (mut old, mut new) = (self.old.clone(), self.new.clone());
        let returns = self.scenario.returns.iter().map(|(path, _)| path);
        for path in self.scenario.apart.iter().chain(returns) {
            let path = Path::new(path);
            let one = together.remove(path);
            let (before, after) = (old.remove(path), new.remove(path));
            let back = self.scenario.returns.iter().any(|(returns, content)| {
                path == Path::new(returns) && one == Some(Some(content.as_bytes().to_vec()))
            });
            if one != after && ((finished && !warned) || (one != before && !back)) {
                return Err(format!(
                    "~/{} is neither old nor new: {one:?}",
                    path.display()
                ));
            }
        }
        for (path, text) in &self.scenario.keeps {
            let has = |bytes: &Option<Vec<u8>>| {
                let bytes = bytes.as_deref().unwrap_or_default();
                String::from_utf8_lossy(bytes).contains(text)
            };
            if !found.get(Path::new(path)).is_some_and(has) {
                return Err(format!("~/{path} lost {text:?}"));
            }
        }
        if together == new || (together == old && !finished) {
            return Ok(());
        }
        Err(format!(
            "after {after}, what lookups yield is neither all old nor all new; against new:\n  {}\nagainst old:\n  {}",
            view::differences(&new, &together).join("\n  "),
            view::differences(&old, &together).join("\n  ")
        ))
    }

    /// Nothing that nhmt did not write is lost: it is at its path, or in the
    /// backups as they are listed. Unless `strictly`, it may also be somewhere
    /// else in the home for a while.
    pub fn check_foreign(&self, state: &Snapshot, strictly: bool) -> Result<(), Fault> {
        let output = self.place.type_in(&["backups", "list", "--json"]);
        if !output.status.success() {
            return Err(format!("backups list: {}", show(&output)));
        }
        let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let listed: Vec<(PathBuf, PathBuf)> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let location = Path::new(one["location"].as_str().unwrap());
                let location = location.strip_prefix(self.place.home()).unwrap();
                (one["path"].as_str().unwrap().into(), location.to_path_buf())
            })
            .collect();
        let is_at = |path: &Path, node: &Node| {
            state
                .entries
                .get(path)
                .is_some_and(|entry| entry.node == *node)
        };
        let mut found = 0;
        for Foreign { path, node } in &self.foreign {
            let in_backups = || {
                listed.iter().any(|(of, location)| {
                    path.strip_prefix(of).is_ok_and(|rest| {
                        if rest.as_os_str().is_empty() {
                            is_at(location, node)
                        } else {
                            is_at(&location.join(rest), node)
                        }
                    })
                })
            };
            let anywhere = || state.entries.values().any(|entry| entry.node == *node);
            if !is_at(path, node) && !in_backups() && (strictly || !anywhere()) {
                return Err(format!(
                    "lost: ~/{} {node:?} is neither there nor in the backups {listed:?}",
                    path.display()
                ));
            }
            found += 1;
        }
        assert_eq!(found, self.foreign.len());
        Ok(())
    }

    fn drift_free(&self) -> Result<(), Fault> {
        let drift = self.status()?;
        if drift == self.drift {
            return Ok(());
        }
        Err(format!("status names drift: {drift}"))
    }

    fn status(&self) -> Result<Value, Fault> {
        let output = self.place.type_in(&["status", "--json"]);
        if !output.status.success() {
            return Err(format!("status: {}", show(&output)));
        }
        let json: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("status: {error}: {}", show(&output)))?;
        Ok(json["drift"].clone())
    }

    /// The same command again leads to the new home, and once more changes
    /// nothing.
    pub fn go_on(&self) -> Result<(), Fault> {
        let home = self.place.home();
        let mut again = self.scenario.again.clone();
        let realize = again.arguments[0] == "realize";
        if realize {
            again.arguments.push("--json");
        }
        let first = self.ended(&again)?;
        let state = Snapshot::of(&home);
        self.is_home(&state, std::slice::from_ref(&self.golden))
            .map_err(|fault| format!("going on: {fault}\n{}", show(&first)))?;
        self.check_view("going on", true)?;
        self.check_foreign(&state, true)
            .map_err(|fault| format!("going on: {fault}"))?;
        self.drift_free()?;
        let second = self.ended(&again)?;
        if realize {
            let json: Value = serde_json::from_slice(&second.stdout).unwrap();
            if json["changed"] != false {
                return Err(format!("a second run changes something: {json}"));
            }
        }
        let differences = state
            .filter(|path| !path.ends_with("lock-holder"))
            .differences(&Snapshot::of(&home), realize);
        let differences: Vec<_> = differences
            .into_iter()
            .filter(|line| !line.contains("/lock-holder "))
            .collect();
        if !differences.is_empty() {
            return Err(format!("a second run changes {}", differences.join("\n  ")));
        }
        Ok(())
    }

    fn ended(&self, typed: &Typed) -> Result<Output, Fault> {
        let output = self.place.run(typed);
        let refused = self.scenario.refuses_when_done && output.status.code() == Some(1);
        if output.status.success() || (refused && view(&self.place.home()) == self.new) {
            return Ok(output);
        }
        Err(format!("going on: {}", show(&output)))
    }

    /// `doctor --repair` leads to the home as it was, or to the new one.
    fn repair(&self) -> Result<(), Fault> {
        let output = self.place.type_in(&["doctor", "--repair"]);
        // Drift is left to the next run, and named.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(format!("doctor: {}", show(&output)));
        }
        // A link that somebody had removed may be back, and what is in the way
        // of a file that arrives on its own is left to the next run.
        let Scenario { returns, apart, .. } = self.scenario;
        let is_back = |path: &Path| {
            let returns = returns.iter().map(|(back, _)| back);
            returns.chain(apart).any(|back| path == Path::new(back))
        };
        let state = Snapshot::of(&self.place.home());
        let wanted = [&self.base, &self.golden].map(|home| home.filter(|path| !is_back(path)));
        self.is_home(&state.filter(|path| !is_back(path)), &wanted)
            .map_err(|fault| format!("doctor: {fault}\n{}", show(&output)))?;
        self.check_view("doctor", false)?;
        self.check_foreign(&state, true)
            .map_err(|fault| format!("doctor: {fault}"))
    }

    /// The old generation is selected instead of going on.
    fn turn_back(&self, generation: &'static str) -> Result<(), Fault> {
        let output = self.place.type_in(&["select-generation", generation, "-b"]);
        if !output.status.success() {
            return Err(format!("back: {}", show(&output)));
        }
        let state = Snapshot::of(&self.place.home());
        self.is_home(&state, &self.backs)
            .map_err(|fault| format!("back: {fault}\n{}", show(&output)))?;
        self.check_foreign(&state, true)
            .map_err(|fault| format!("back: {fault}"))
    }

    /// The home is one of these, and nothing of an earlier run lies around.
    fn is_home(&self, state: &Snapshot, wanted: &[Snapshot]) -> Result<(), Fault> {
        let theirs = state.filter(|path| !is_own(path));
        let held = scenarios_secrets::in_memory(state);
        let against: Vec<_> = wanted
            .iter()
            .map(|wanted| {
                let mut lines = wanted
                    .filter(|path| !is_own(path))
                    .differences(&theirs, false);
                let there = scenarios_secrets::in_memory(wanted);
                if held != there {
                    lines.push(format!("in memory: {held:?} and not {there:?}"));
                }
                lines
            })
            .collect();
        if !against.iter().any(Vec::is_empty) {
            let against: Vec<_> = against.iter().map(|lines| lines.join("\n  ")).collect();
            return Err(format!(
                "the home is not as it should be:\n  {}",
                against.join("\nnor:\n  ")
            ));
        }
        let known: BTreeSet<String> = own_names(&self.golden)
            .chain(own_names(&self.base))
            .collect();
        let left: Vec<_> = own_names(state)
            .filter(|name| !known.contains(name))
            .collect();
        if !left.is_empty() {
            return Err(format!("left behind: {}", left.join(", ")));
        }
        profile_agrees(state)
    }
}

/// What nhmt did not write, of what is in the home and in its backups.
fn foreign(base: &Snapshot, scenario: &Scenario) -> Vec<Foreign> {
    let backups = Path::new(STATE).join("backups");
    let mut all = Vec::new();
    for (path, entry) in &base.entries {
        let path = if let Ok(rest) = path.strip_prefix(&backups) {
            let mut rest = rest.iter();
            let set = rest.next().unwrap_or_default();
            if !set.as_encoded_bytes()[..].starts_with(b".") && set != "items" {
                rest.as_path().to_path_buf()
            } else {
                continue;
            }
        } else if is_own(path) {
            continue;
        } else {
            path.clone()
        };
        let ours = match &entry.node {
            Node::Directory => true,
            Node::Link(target) => {
                let target = target.to_string_lossy();
                // Home Manager's has no content of its own either.
                let home_managers = format!("-home-manager-files/{}", path.display());
                target.contains(STATE) || target.ends_with(&home_managers)
            }
            Node::Special => false,
            Node::File(bytes) => {
                let ours = scenario.ours.iter().chain(&scenario.edits);
                ours.into_iter().any(|ours| path == Path::new(ours))
                    || scenario.expires.iter().any(|e| e.as_bytes() == &**bytes)
            }
        };
        if !ours {
            let node = entry.node.clone();
            all.push(Foreign { path, node });
        }
    }
    all
}

/// What a command that was not killed has to say: a sentence when it failed,
/// and never a panic.
pub fn check_output(output: &Output, point: &Point) -> Result<(), Fault> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    if stderr.contains("panicked") || !matches!(code, Some(0 | 1 | 3 | 4)) {
        return Err(format!("ended badly: {}", show(output)));
    }
    // The sentence is written, too.
    let speechless = point.call == "write" && point.what != What::Kill;
    if code != Some(0) && !stderr.contains("error: ") && !speechless {
        return Err(format!("failed without a sentence: {}", show(output)));
    }
    Ok(())
}

/// Removes what a failing point left for the next one.
pub fn reset(case: &Case<'_>) {
    case.base.restore(&case.place.home());
    let tmp = case.place.beside("tmp");
    let _ = fs::remove_dir_all(&tmp);
    fs::create_dir(tmp).unwrap();
}
