//! The user's systemd, by systemctl(1).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use super::plan::State;

/// So many units are asked about at once: a command line has an end.
const AT_ONCE: usize = 200;

/// How often it is looked whether units have started.
const LOOK: Duration = Duration::from_millis(20);

const PROPERTIES: &str = "--property=LoadState,ActiveState,RefuseManualStop,CanReload,Triggers,ActiveEnterTimestampMonotonic";

/// Whether units that were to start have been waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// All have started.
    Started,
    /// Some have not; in the words of systemctl.
    Failed(String),
    /// The time was up; they go on.
    TimeUp,
}

/// The manager of the user's units.
#[derive(Debug)]
pub struct Manager {
    program: OsString,
    runtime: PathBuf,
}

impl Manager {
    /// The manager of the user who runs this, when there is one: systemd's
    /// private socket is in `$XDG_RUNTIME_DIR`, or in `/run/user/UID`.
    /// `program` is systemctl.
    #[must_use]
    pub fn find(program: OsString) -> Option<Self> {
        let named = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty());
        let usual = || format!("/run/user/{}", rustix::process::getuid().as_raw()).into();
        let runtime = named.map_or_else(usual, PathBuf::from);
        let there = runtime.join("systemd/private").exists();
        there.then_some(Self { program, runtime })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["--user", "--no-pager", "--no-ask-password"])
            .env("XDG_RUNTIME_DIR", &self.runtime)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    fn output(&self, command: &mut Command) -> io::Result<String> {
        let output = command.output().map_err(|error| {
            io::Error::other(format!("{}: {error}", Path::new(&self.program).display()))
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(io::Error::other(words(&output.stderr)))
    }

    /// What it knows of the units `names`. `since` is when the home switched:
    /// who came up after the manager had read the units of that is new.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn states(
        &self,
        names: &[&str],
        since: Option<SystemTime>,
    ) -> io::Result<BTreeMap<String, State>> {
        let loaded = self.loaded_since(since)?;
        let mut states = BTreeMap::new();
        for some in names.chunks(AT_ONCE) {
            let text = self.output(self.command().args(["show", PROPERTIES, "--"]).args(some))?;
            for (name, block) in some.iter().zip(text.split("\n\n")) {
                states.insert((*name).to_owned(), state(block, loaded));
            }
        }
        Ok(states)
    }

    /// When it last read all units, by the clock of the machine, in
    /// microseconds; only when that was after `since`.
    fn loaded_since(&self, since: Option<SystemTime>) -> io::Result<Option<u64>> {
        let Some(since) = since else { return Ok(None) };
        let property = "--property=UnitsLoadTimestampMonotonic";
        let text = self.output(self.command().args(["show", property, "--value"]))?;
        let Ok(loaded) = text.trim().parse::<u64>() else {
            return Ok(None);
        };
        let now = clock_gettime(ClockId::Monotonic);
        let now = u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000
            + u64::try_from(now.tv_nsec).unwrap_or(0) / 1000;
        let ago = SystemTime::now().duration_since(since).unwrap_or_default();
        let switched = now.saturating_sub(u64::try_from(ago.as_micros()).unwrap_or(u64::MAX));
        Ok((loaded > switched).then_some(loaded))
    }

    /// The units that are loaded and fit one of `patterns`.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn loaded(&self, patterns: &[String]) -> io::Result<Vec<String>> {
        if patterns.is_empty() {
            return Ok(Vec::new());
        }
        let mut command = self.command();
        command.args([
            "list-units",
            "--all",
            "--plain",
            "--no-legend",
            "--full",
            "--",
        ]);
        let text = self.output(command.args(patterns))?;
        let names = text
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        Ok(names.map(str::to_owned).collect())
    }

    /// Has it read all units again.
    ///
    /// # Errors
    ///
    /// When it refuses.
    pub fn reload(&self) -> io::Result<()> {
        self.output(self.command().arg("daemon-reload")).map(drop)
    }

    /// Forgets that `names` failed, and how often.
    pub fn forget_failures(&self, names: &[&str]) {
        // Those that have not failed are no reason to stop.
        let _ = self.output(self.command().args(["reset-failed", "--"]).args(names));
    }

    /// `verb` for `names`; nothing is waited for longer than `limit`.
    ///
    /// # Errors
    ///
    /// When the program cannot be run.
    pub fn carry_out(
        &self,
        verb: &str,
        names: &[&str],
        limit: Option<Duration>,
    ) -> io::Result<Waited> {
        let mut command = self.command();
        command.arg(verb).arg("--").args(names);
        let Some(limit) = limit else {
            return Ok(match self.output(&mut command) {
                Ok(_) => Waited::Started,
                Err(error) => Waited::Failed(error.to_string()),
            });
        };
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let until = Instant::now() + limit;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(if status.success() {
                    Waited::Started
                } else {
                    Waited::Failed(String::new())
                });
            }
            if Instant::now() >= until {
                // The jobs are the manager's, and go on.
                child.kill()?;
                child.wait()?;
                return Ok(Waited::TimeUp);
            }
            sleep(LOOK);
        }
    }
}

/// The first line of what a program had to say.
fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn state(block: &str, loaded: Option<u64>) -> State {
    let get = |key: &str| {
        let mut lines = block.lines();
        let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.unwrap_or_default()
    };
    let active = get("ActiveState");
    let entered = get("ActiveEnterTimestampMonotonic").parse().unwrap_or(0);
    State {
        active: matches!(active, "active" | "activating" | "reloading" | "refreshing"),
        starting: active == "activating",
        failed: active == "failed",
        refuses_stop: get("RefuseManualStop") == "yes",
        can_reload: get("CanReload") == "yes",
        triggers: get("Triggers")
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        is_new: loaded.is_some_and(|loaded| entered > loaded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_manager_says_of_a_unit() {
        let block = "ActiveEnterTimestampMonotonic=70\nTriggers=a.service b.service\nActiveState=activating\nRefuseManualStop=yes\nCanReload=no\n";
        let found = state(block, Some(60));
        assert!(found.active && found.starting && !found.failed);
        assert!(found.refuses_stop && !found.can_reload && found.is_new);
        assert_eq!(found.triggers, ["a.service", "b.service"]);
        assert!(!state(block, Some(80)).is_new && !state(block, None).is_new);
        assert!(state("ActiveState=failed", None).failed);
        assert_eq!(state("", None), State::default());
    }
}
