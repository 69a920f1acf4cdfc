//! What is to be done with units, from what they were, are and do.

use std::collections::{BTreeMap, BTreeSet};

use super::unit::{Difference, Method};
use super::units::{Units, is_template, kind};

/// What the manager says of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property that the manager has by itself"
)]
pub struct State {
    /// It runs, or is on its way to.
    pub active: bool,
    /// It is starting.
    pub starting: bool,
    /// It failed.
    pub failed: bool,
    /// It is stopped by other units only.
    pub refuses_stop: bool,
    /// It can reload.
    pub can_reload: bool,
    /// What it starts: the services of sockets, timers and paths.
    pub triggers: Vec<String>,
    /// It came up after the manager had read the units of this switch.
    pub is_new: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// To stop while the manager knows the old forms; what is not started
    /// below stays down.
    pub stop: BTreeSet<String>,
    /// To reload.
    pub reload: BTreeSet<String>,
    /// To restart.
    pub restart: BTreeSet<String>,
    /// To start.
    pub start: BTreeSet<String>,
    /// Left as they are although they changed, each with the reason.
    pub left: BTreeMap<String, &'static str>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What changes units, as systemctl's verbs; a unit that is stopped to be
    /// started counts as restarted.
    #[must_use]
    pub fn verbs(&self) -> [(&'static str, Vec<&str>); 4] {
        fn without<'a>(set: &'a BTreeSet<String>, other: &BTreeSet<String>) -> Vec<&'a str> {
            let names = set.iter().filter(|name| !other.contains(*name));
            names.map(String::as_str).collect()
        }
        let both = |name: &&String| self.start.contains(*name);
        let again = self.restart.iter().chain(self.stop.iter().filter(both));
        let again: BTreeSet<&str> = again.map(String::as_str).collect();
        [
            ("stop", without(&self.stop, &self.start)),
            ("reload", self.reload.iter().map(String::as_str).collect()),
            ("restart", again.into_iter().collect()),
            ("start", without(&self.start, &self.stop)),
        ]
    }
}

/// What the switch from the units `old` to `new` asks for, when their states,
/// those of the targets that want them and of their templates' instances are
/// `states`.
#[must_use]
pub fn plan(old: &Units, new: &Units, states: &BTreeMap<String, State>) -> Plan {
    let nothing = State::default();
    let state = |name: &str| states.get(name).unwrap_or(&nothing);
    // By a target that is there: systemd starts those of others with them.
    let wanted = |units: &Units, name: &str| {
        let mut by = units.wanted_by(name).into_iter().flatten();
        by.any(|target| state(target).active)
    };
    let mut plan = Plan::default();
    let names = old.names().chain(new.names());
    let wants = old.wanted().chain(new.wanted()).map(|(unit, _)| unit);
    let instances = states.keys().map(String::as_str);
    let all: BTreeSet<&str> = names.chain(wants).chain(instances).collect();
    for name in all {
        let now = state(name);
        let was = old.get(name);
        if is_template(name) {
            continue;
        }
        let Some(unit) = new.get(name) else {
            let gone = was.is_some() && !old.is_others(name);
            if gone && now.active && kind(name) != "slice" {
                if now.refuses_stop {
                    plan.left
                        .insert(name.to_owned(), "it refuses to be stopped");
                } else {
                    plan.stop.insert(name.to_owned());
                }
            } else if was.is_some() && now.active {
                // The drop-ins of another's unit went.
                change(&mut plan, name, now, Method::Restart);
            } else if was.is_none() && !now.active && wanted(new, name) && !wanted(old, name) {
                plan.start.insert(name.to_owned());
            }
            continue;
        };
        let difference = was.map(|was| was.difference(unit));
        if now.active {
            let other = match difference {
                None if new.is_others(name) => Difference::Other,
                None => Difference::None,
                Some(difference) => difference,
            };
            let method = match other {
                Difference::None => continue,
                Difference::Reload if unit.method() == Method::KeepOld => Method::KeepOld,
                Difference::Reload => Method::Reload,
                Difference::Other => unit.method(),
            };
            if now.is_new || method == Method::KeepOld {
                continue;
            }
            if now.starting && unit.is_oneshot() {
                plan.left.insert(name.to_owned(), "it is at work");
            } else if unit.refuses_start() {
                plan.left
                    .insert(name.to_owned(), "it refuses to be started");
            } else {
                change(&mut plan, name, now, method);
            }
        } else if !unit.refuses_start() && wanted(new, name) {
            // One that was down stays down: somebody stopped it, or it had
            // done its work. One that failed may do better now.
            let again = now.failed && difference != Some(Difference::None);
            if was.is_none() || !wanted(old, name) || again {
                plan.start.insert(name.to_owned());
            }
        }
    }
    let stop = &plan.stop;
    plan.restart.retain(|name| !stop.contains(name));
    plan.reload.retain(|name| !stop.contains(name));
    plan
}

/// What is done with a running unit that changed.
fn change(plan: &mut Plan, name: &str, now: &State, method: Method) {
    let own = || name.to_owned();
    match kind(name) {
        // The manager reads what they say; a restart would stop all in them.
        "slice" | "target" => {}
        _ if now.refuses_stop => {
            plan.left.insert(own(), "it refuses to be stopped");
        }
        // A socket cannot start while its service runs, which it starts again
        // when somebody connects.
        "socket" => {
            plan.stop.insert(own());
            plan.stop.extend(now.triggers.iter().cloned());
            plan.start.insert(own());
        }
        _ => match method {
            Method::Reload if now.can_reload => {
                plan.reload.insert(own());
            }
            Method::Reload | Method::Restart => {
                plan.restart.insert(own());
            }
            Method::StopStart => {
                plan.stop.insert(own());
                plan.start.insert(own());
            }
            Method::KeepOld => {}
        },
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
