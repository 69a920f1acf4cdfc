//! One question to a flake, asked until a configuration suits.

use std::path::Path;
use std::process::Command;

use super::evaluator::{Evaluator, FLAKES, Home};
use super::expression::{self, Choice};
use super::flake::{Kind, Reference};
use super::known_flake::KnownFlake;
use super::library::Library;
use super::run::{Finished, run};
use super::working_tree::WorkingTree;
use super::{ErrorKind, EvalError, Event, flake_choice, translate};
use crate::store::Nix;
use crate::store::nix::Version;

/// What the library throws when a flake leaves the builder to nhmt.
const NEEDS_BUILDER: &str = "the home tree needs `builder'";

/// What it throws when it needs to know where the flake was copied from.
const NEEDS_PLACE: &str = "a live source in the Nix store: ";

/// Whether Nix says of an attribute that it is not there; it may also stand
/// below something that can have none.
fn is_not_provided(raw: &str) -> bool {
    let no_set = || {
        let mut outputs = Kind::ALL.iter().map(|kind| kind.output());
        raw.contains("is not an attribute set") && outputs.any(|output| raw.contains(output))
    };
    raw.contains("does not provide attribute") || no_set()
}

/// What it says of inputs that the lock file lacks, to an expression.
const NOT_LOCKED: &str = "requires lock file changes";

/// What is done with an attribute of a configuration.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal<'q> {
    /// It is built, with a GC root at this place.
    Build(Option<&'q Path>),
    /// It is shown as JSON, with this function applied to it.
    Show(Option<&'q str>),
}

/// Which attribute of which configuration is wanted, and what for.
pub(super) struct FlakeQuery<'q> {
    pub evaluator: &'q Evaluator<'q>,
    pub reference: &'q Reference,
    pub home: &'q Home,
    pub attribute: &'q str,
    pub goal: Goal<'q>,
    pub library: &'q Library,
}

/// What the library asked for, and is given.
#[derive(Debug, Default)]
struct Granted {
    builder: bool,
    place: bool,
}

impl FlakeQuery<'_> {
    /// What is built, or shown, of the first configuration that the flake has:
    /// purely where that is possible, since Nix remembers only pure
    /// evaluations.
    pub(super) fn run(&self, progress: &mut dyn FnMut(Event)) -> Result<String, EvalError> {
        let names = flake_choice::names(self.reference, self.home);
        let known = self.known();
        let mut granted = Granted {
            place: known.as_ref().is_some_and(KnownFlake::is_live),
            ..Granted::default()
        };
        if self.home.override_directory
            || self.home.specialisation.is_some()
            || granted.place
            || self.reference.kind == Some(Kind::HomeManager)
            // An installable has no way to write these.
            || names.iter().any(|name| name.contains(['"', '\\']))
            || known
                .as_ref()
                .is_some_and(|known| known.is_home_managers(&names))
        {
            return self.chosen(&names, granted, progress);
        }
        for name in &names {
            let installable = [self.reference.installable(Kind::Nhmt, name, self.attribute)];
            let mut finished = run(self.command(&installable), progress)?;
            if finished.log.raw.contains("cached failure of attribute") {
                // The reason was not kept: evaluate again.
                let mut again = self.command(&installable);
                again.args(["--option", "eval-cache", "false"]);
                finished = run(again, progress)?;
            }
            if finished.status.success() {
                return self.outcome(finished.stdout);
            }
            if self.grants(&finished, &mut granted) {
                return self.chosen(&names, granted, progress);
            }
            if !is_not_provided(&finished.log.raw) {
                return Err(self.explain(finished, &|| {
                    let mut again = self.command(&installable);
                    // Nix remembers that it failed, but not where.
                    again.args(["--option", "eval-cache", "false"]);
                    again
                }));
            }
        }
        let done = self.chosen(&names, granted, progress)?;
        if let Some(known) = known {
            known.remember_home_managers(&names);
        }
        Ok(done)
    }

    /// As [`Self::run`], by an expression, which can change a configuration,
    /// and is impure. Without a lock file to go by, or with flags that are
    /// about it, Nix has to read the flake as an installable.
    fn chosen(
        &self,
        names: &[String],
        mut granted: Granted,
        progress: &mut dyn FnMut(Event),
    ) -> Result<String, EvalError> {
        let directory = self.reference.directory.as_deref();
        let mut locks = self.evaluator.nix().arguments().are_about_locks()
            || directory.is_some_and(|directory| !directory.join("flake.lock").exists());
        let kinds: &[Kind] = match &self.reference.kind {
            Some(kind) => std::slice::from_ref(kind),
            None => &Kind::ALL,
        };
        loop {
            let (command, finished) = if locks {
                self.installable(kinds, names, &granted, progress)?
            } else {
                self.expression(kinds, names, &granted, progress)?
            };
            if finished.status.success() {
                return if locks {
                    self.realized(finished.stdout, progress)
                } else {
                    self.outcome(finished.stdout)
                };
            }
            let raw = &finished.log.raw;
            if !locks && raw.contains(NOT_LOCKED) {
                locks = true;
                continue;
            }
            if flake_choice::is_refusal(raw) || locks && is_not_provided(raw) {
                return Err(self.refused(raw, names));
            }
            if !self.grants(&finished, &mut granted) {
                return Err(self.explain(finished, &command));
            }
        }
    }

    /// By an expression that gets the flake.
    fn expression(
        &self,
        kinds: &[Kind],
        names: &[String],
        granted: &Granted,
        progress: &mut dyn FnMut(Event),
    ) -> Result<(Again<'_>, Finished), EvalError> {
        let nhmt = self.evaluator.builder()?;
        let choice = self.choice(kinds, names, granted, &nhmt, "flake.sourceInfo.outPath");
        let expression = choice.attribute(&self.reference.url, self.attribute);
        let arguments = ["--impure".into(), "--expr".into(), expression];
        let command = move || self.command(&arguments);
        let finished = run(command(), progress)?;
        Ok((Box::new(command), finished))
    }

    /// By a function that Nix applies to an output of the flake, which gives
    /// a derivation at best: `nix build` applies none.
    fn installable(
        &self,
        kinds: &[Kind],
        names: &[String],
        granted: &Granted,
        progress: &mut dyn FnMut(Event),
    ) -> Result<(Again<'_>, Finished), EvalError> {
        let nhmt = self.evaluator.builder()?;
        let store = if granted.place {
            expression::string(&self.copied()?)
        } else {
            "null".to_owned()
        };
        let mut last = None;
        for kind in kinds {
            let choice = self.choice(std::slice::from_ref(kind), names, granted, &nhmt, &store);
            let output = kind.output();
            let chosen = format!(
                "(({}) {{ {output} = set; }}).{}",
                choice.function(),
                self.attribute
            );
            let function = match self.goal {
                Goal::Build(_) => format!("set: {{ inherit ({chosen}) drvPath; }}"),
                Goal::Show(None) => format!("set: {chosen}"),
                Goal::Show(Some(function)) => format!("set: ({function}) ({chosen})"),
            };
            let url = format!("{}#{output}", self.reference.url);
            let command = move || {
                let mut command = self.evaluator.flake_command("eval");
                command.args(["--impure", "--json", &url, "--apply", &function]);
                command
            };
            let finished = run(command(), progress)?;
            let raw = &finished.log.raw;
            let goes_on = is_not_provided(raw) || flake_choice::is_absence(raw);
            let is_over = finished.status.success() || !goes_on;
            last = Some((Box::new(command) as Again<'_>, finished));
            if is_over {
                break;
            }
        }
        last.ok_or_else(|| self.refused("", names))
    }

    fn choice<'c>(
        &'c self,
        kinds: &'c [Kind],
        names: &'c [String],
        granted: &Granted,
        nhmt: &'c str,
        store: &str,
    ) -> Choice<'c> {
        let place = self.reference.place.as_deref();
        Choice {
            library: self.library.dir(),
            kinds,
            names,
            home: self.home,
            nhmt,
            replaces_builder: granted.builder,
            place: place
                .filter(|_| granted.place)
                .map(|place| (store.to_owned(), place)),
        }
    }

    /// Where Nix has copied the flake to.
    fn copied(&self) -> Result<String, EvalError> {
        let nix = self.evaluator.nix();
        let mut command = nix.command("nix");
        command.args(["flake", "metadata", "--json"]).args(FLAKES);
        nix.arguments().add_locks(&mut command);
        command.arg(&self.reference.url);
        let finished = run(command, &mut |_| {})?;
        let said: Option<serde_json::Value> = serde_json::from_str(&finished.stdout).ok();
        let path = said.and_then(|said| said.get("path")?.as_str().map(str::to_owned));
        path.ok_or_else(|| translate::error(&finished, self.library.dir()))
    }

    /// Builds what [`Self::installable`] has found, or gives what it shows.
    fn realized(&self, json: String, progress: &mut dyn FnMut(Event)) -> Result<String, EvalError> {
        let Goal::Build(root) = self.goal else {
            return Ok(json);
        };
        let said: Option<serde_json::Value> = serde_json::from_str(&json).ok();
        let derivation = said.and_then(|said| said.get("drvPath")?.as_str().map(str::to_owned));
        let derivation = derivation.ok_or_else(|| nothing_printed("nix eval", &json))?;
        let command = || {
            let mut command = self.evaluator.nix().command("nix-build");
            command.arg(&derivation);
            match root {
                Some(root) => command.arg("--out-link").arg(root),
                None => command.arg("--no-out-link"),
            };
            command
        };
        let finished = run(command(), progress)?;
        if !finished.status.success() {
            return Err(self.explain(finished, &command));
        }
        Ok(finished.stdout.trim_end().to_owned())
    }

    fn command(&self, installable: &[String]) -> Command {
        let build = matches!(self.goal, Goal::Build(_));
        let name = if build { "build" } else { "eval" };
        let mut command = self.evaluator.flake_command(name);
        command.arg("--json").args(installable);
        match self.goal {
            Goal::Build(Some(root)) => command.arg("--out-link").arg(root),
            Goal::Build(None) => command.arg("--no-link"),
            Goal::Show(Some(function)) => command.args(["--apply", function]),
            Goal::Show(None) => &mut command,
        };
        command
    }

    /// What [`Self::command`] has printed: a store path, or JSON.
    fn outcome(&self, json: String) -> Result<String, EvalError> {
        match self.goal {
            Goal::Show(_) => Ok(json),
            Goal::Build(_) => {
                built_path(&json).ok_or_else(|| nothing_printed("nix build --json", &json))
            }
        }
    }

    /// Whether what the library asked for is given to it from now on.
    fn grants(&self, finished: &Finished, granted: &mut Granted) -> bool {
        let raw = &finished.log.raw;
        if !granted.builder && raw.contains(NEEDS_BUILDER) {
            granted.builder = true;
            return true;
        }
        if !granted.place && raw.contains(NEEDS_PLACE) {
            granted.place = self.reference.place.is_some();
            if let Some(known) = self.known() {
                known.remember(true);
            }
            return granted.place;
        }
        false
    }

    /// What is known of this flake from earlier runs.
    pub(super) fn known(&self) -> Option<KnownFlake<'_>> {
        KnownFlake::of(self.evaluator.cache(), self.reference)
    }

    /// Why no configuration was chosen, when that is what `raw` says.
    fn refused(&self, raw: &str, names: &[String]) -> EvalError {
        if let Some(error) = flake_choice::refusal(raw, self.reference, names) {
            return error;
        }
        // Nix has looked at one output alone.
        let known = format!(
            "builtins.mapAttrs (_: kind: builtins.attrNames (flake.${{kind}} or {{ }})) {{ nhmt = \"{}\"; homeManager = \"{}\"; }} // {{ outputs = builtins.attrNames flake.outputs; }}",
            Kind::Nhmt.output(),
            Kind::HomeManager.output(),
        );
        let mut command = self.evaluator.flake_command_without_locks("eval");
        command.args(["--json", "--impure"]);
        let flake = expression::get_flake(&self.reference.url);
        command.args(["--expr", &format!("let flake = {flake}; in {known}")]);
        let known = run(command, &mut |_| {}).ok();
        let known = known.filter(|finished| finished.status.success());
        let known = known.map_or("{}".to_owned(), |finished| finished.stdout);
        flake_choice::absent(&known, self.reference, names)
    }

    /// Why `finished` failed, in terms of the files that the person edits;
    /// `again` is the same command anew.
    fn explain(&self, mut finished: Finished, again: &dyn Fn() -> Command) -> EvalError {
        let Reference {
            directory, place, ..
        } = self.reference;
        let library = self.library.dir();
        let translated = |finished: &mut Finished| {
            if let (Some(directory), Some(place)) = (directory, place) {
                WorkingTree::new(directory, place, Nix::store_dir())
                    .localize_log(&mut finished.log);
            }
            translate::error(finished, library)
        };
        let mut error = translated(&mut finished);
        if error.place_hidden {
            let mut again = again();
            again.arg("--show-trace");
            if let Ok(mut traced) = run(again, &mut |_| {}) {
                error = error.traced(translated(&mut traced), library);
            }
        }
        // 2.8 does not; a later one which does was tried.
        let reads_odd_paths = Version {
            major: 2,
            minor: 26,
        };
        if self.reference.has_odd_path() && *self.evaluator.nix().version() < reads_odd_paths {
            return error.remedy(format!(
                "Nix {} cannot read a flake below a directory with such a name, as a newer one does: {}",
                self.evaluator.nix().version(),
                self.reference.url
            ));
        }
        self.reference.explain_untracked(error)
    }
}

/// The same command anew.
type Again<'q> = Box<dyn Fn() -> Command + 'q>;

fn nothing_printed(command: &str, json: &str) -> EvalError {
    EvalError::new(
        ErrorKind::Machine,
        format!("`{command}` printed no output path: {json}"),
    )
}

/// The path in what `nix build --json` prints.
fn built_path(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(value.get(0)?.get("outputs")?.get("out")?.as_str()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_found_in_the_json_of_nix_build() {
        let json = r#"[{"drvPath":"/s/x.drv","outputs":{"out":"/s/x-nhmt-home"}}]"#;
        assert_eq!(built_path(json).as_deref(), Some("/s/x-nhmt-home"));
        assert_eq!(built_path("[]"), None);
    }
}
