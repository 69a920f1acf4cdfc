//! One question to a flake, asked until a configuration suits.

use std::path::Path;
use std::process::Command;

use super::evaluator::{Evaluator, Home};
use super::expression::Changes;
use super::flake::Reference;
use super::live_flake::LiveFlake;
use super::run::{Finished, run};
use super::working_tree::WorkingTree;
use super::{ErrorKind, EvalError, Event, expression, translate};
use crate::store::Nix;

/// What the library throws when a flake leaves the builder to nhmt.
const NEEDS_BUILDER: &str = "the home tree needs `builder'";

/// What it throws when it needs to know where the flake was copied from.
const NEEDS_PLACE: &str = "a live source in the Nix store: ";

/// Which attribute of which configuration is wanted, and by which command.
pub(super) struct FlakeQuery<'q> {
    pub evaluator: &'q Evaluator<'q>,
    pub reference: Reference,
    pub home: &'q Home,
    pub attribute: &'q str,
    /// The command for an installable's arguments.
    pub command: &'q dyn Fn(&[String]) -> Command,
    pub library: &'q Path,
}

impl FlakeQuery<'_> {
    /// What the command prints for the first configuration that the flake
    /// has: purely where that is possible, since Nix remembers only pure
    /// evaluations.
    pub(super) fn run(&self, progress: &mut dyn FnMut(Event)) -> Result<String, EvalError> {
        let names = names(&self.reference, self.home);
        let mut changes = Changes::default();
        if let Some(live) = self.live()
            && live.is_known()
        {
            changes.place.clone_from(&self.reference.place);
        }
        let Home {
            override_directory,
            specialisation,
            ..
        } = self.home;
        if *override_directory || specialisation.is_some() || changes.place.is_some() {
            return self.overridden(&names, changes, progress);
        }
        for name in &names {
            let installable = [self.reference.installable(name, self.attribute)];
            let mut finished = run((self.command)(&installable), progress)?;
            if finished.log.raw.contains("cached failure of attribute") {
                // The reason was not kept: evaluate again.
                let mut again = (self.command)(&installable);
                again.args(["--option", "eval-cache", "false"]);
                finished = run(again, progress)?;
            }
            if finished.status.success() {
                return Ok(finished.stdout);
            }
            if self.grants(&finished, &mut changes)? {
                return self.overridden(&names, changes, progress);
            }
            if !finished.log.raw.contains("does not provide attribute") {
                return Err(self.explain(finished, &|| {
                    let mut again = (self.command)(&installable);
                    // Nix remembers that it failed, but not where.
                    again.args(["--option", "eval-cache", "false"]);
                    again
                }));
            }
        }
        Err(self.absent(&names))
    }

    /// As [`Self::run`], with the home overridden, and `changes`. That needs
    /// an expression, and one that reads a flake is impure.
    fn overridden(
        &self,
        names: &[String],
        mut changes: Changes,
        progress: &mut dyn FnMut(Event),
    ) -> Result<String, EvalError> {
        loop {
            let expression = expression::from_flake(
                &self.reference.url,
                names,
                self.home,
                &changes,
                self.attribute,
            );
            let arguments = ["--impure".into(), "--expr".into(), expression];
            let finished = run((self.command)(&arguments), progress)?;
            if finished.status.success() {
                return Ok(finished.stdout);
            }
            if finished.log.raw.contains(expression::NO_CONFIGURATION) {
                return Err(self.absent(names));
            }
            if !self.grants(&finished, &mut changes)? {
                return Err(self.explain(finished, &|| (self.command)(&arguments)));
            }
        }
    }

    /// Whether `changes`, which are extended, give what the library asked for.
    fn grants(&self, finished: &Finished, changes: &mut Changes) -> Result<bool, EvalError> {
        let raw = &finished.log.raw;
        if changes.builder.is_none() && raw.contains(NEEDS_BUILDER) {
            changes.builder = Some(self.evaluator.builder()?);
            return Ok(true);
        }
        if changes.place.is_none() && raw.contains(NEEDS_PLACE) {
            changes.place.clone_from(&self.reference.place);
            if let Some(live) = self.live() {
                live.remember(true);
            }
            return Ok(changes.place.is_some());
        }
        Ok(false)
    }

    /// What is known of live sources in this flake.
    pub(super) fn live(&self) -> Option<LiveFlake<'_>> {
        LiveFlake::of(self.evaluator.cache(), &self.reference)
    }

    /// Why `finished` failed, in terms of the files that the person edits;
    /// `again` is the same command anew.
    fn explain(&self, mut finished: Finished, again: &dyn Fn() -> Command) -> EvalError {
        let translated = |finished: &mut Finished| {
            if let Some(directory) = &self.reference.directory {
                WorkingTree::new(directory, Nix::store_dir()).localize_log(&mut finished.log);
            }
            translate::error(finished, self.library)
        };
        let mut error = translated(&mut finished);
        if error.place_hidden {
            let mut again = again();
            again.arg("--show-trace");
            if let Ok(mut traced) = run(again, &mut |_| {}) {
                error = error.traced(translated(&mut traced), self.library);
            }
        }
        self.reference.explain_untracked(error)
    }

    /// Says what the flake has instead.
    fn absent(&self, tried: &[String]) -> EvalError {
        let Reference { url, shown, .. } = &self.reference;
        let mut command = self.evaluator.flake_command("eval");
        command.args(["--json", &format!("{url}#nhmtConfigurations")]);
        command.args(["--apply", "builtins.attrNames"]);
        let known = run(command, &mut |_| {}).ok();
        let known = known.filter(|finished| finished.status.success());
        let known: Vec<String> = known
            .and_then(|finished| serde_json::from_str(&finished.stdout).ok())
            .unwrap_or_default();
        let error = EvalError::new(
            ErrorKind::Missing,
            format!(
                "the flake {shown} has no nhmtConfigurations.{}",
                quoted(tried).join(" and no nhmtConfigurations.")
            ),
        );
        match known.first() {
            None => error.remedy(
                "It has no nhmtConfigurations at all: its outputs should have one, named after the user.",
            ),
            Some(first) => error.remedy(format!(
                "It has {}. Choose one: --flake {shown}#{first}",
                quoted(&known).join(", ")
            )),
        }
    }
}

/// The names to try: the given one alone, else `user@host` and `user`.
pub(super) fn names(reference: &Reference, home: &Home) -> Vec<String> {
    if let Some(name) = &reference.name {
        return vec![name.clone()];
    }
    let user = &home.username;
    let uname = rustix::system::uname();
    let host = uname.nodename().to_string_lossy();
    let host = host.split('.').next().unwrap_or_default();
    vec![format!("{user}@{host}"), user.clone()]
}

fn quoted(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("\"{name}\"")).collect()
}
