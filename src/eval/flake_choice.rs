//! Which of a flake's configurations is meant, and what is said when there is
//! none.

use serde::Deserialize;

use super::evaluator::Home;
use super::flake::{Kind, Reference};
use super::{ErrorKind, EvalError};

// What `flake_choice.nix` throws, each followed by JSON.
const ABSENT: &str = "nhmt: no such configuration: ";
const NEITHER: &str = "nhmt: neither kind of configuration: ";

/// What a flake has, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Known {
    nhmt: Vec<String>,
    home_manager: Vec<String>,
    outputs: Vec<String>,
}

/// What was found by a name and is no configuration.
#[derive(Debug, Deserialize)]
struct Found {
    kind: String,
    name: String,
    #[serde(rename = "type", default)]
    nix_type: String,
    #[serde(default)]
    has: Vec<String>,
}

/// The names to try: the given one alone, else `user@host` with the whole name
/// of the machine and with its first part, and `user`.
pub(super) fn names(reference: &Reference, home: &Home) -> Vec<String> {
    if let Some(name) = &reference.name {
        return vec![name.clone()];
    }
    let user = &home.username;
    let uname = rustix::system::uname();
    let host = uname.nodename().to_string_lossy().into_owned();
    let first = host.split('.').next().unwrap_or_default();
    let mut names = vec![format!("{user}@{host}")];
    if first != host {
        names.push(format!("{user}@{first}"));
    }
    names.push(user.clone());
    names
}

/// Whether nothing was chosen, so that no place in a file says why.
pub(super) fn is_refusal(raw: &str) -> bool {
    [ABSENT, NEITHER].iter().any(|mark| raw.contains(mark))
}

/// Whether there is none by these names where Nix has looked.
pub(super) fn is_absence(raw: &str) -> bool {
    raw.contains(ABSENT)
}

/// The refusal in what Nix said, with all that is known; `None` where only one
/// output was looked at.
pub(super) fn refusal(raw: &str, reference: &Reference, names: &[String]) -> Option<EvalError> {
    let shown = &reference.shown;
    if let Some(found) = behind::<Found>(raw, NEITHER) {
        let Found { kind, name, .. } = &found;
        let message = format!(
            "{kind}.\"{name}\" of the flake {shown} is neither a configuration of nhmt nor one of Home Manager: it is {}",
            found.described()
        );
        return Some(EvalError::new(ErrorKind::Missing, message).remedy(found.remedy()));
    }
    let known = behind::<Known>(raw, ABSENT)?;
    (!known.outputs.is_empty()).then(|| known.lacks(reference, names))
}

/// As [`refusal`], with what `json` knows of the flake.
pub(super) fn absent(json: &str, reference: &Reference, names: &[String]) -> EvalError {
    let known: Known = serde_json::from_str(json).unwrap_or_default();
    known.lacks(reference, names)
}

/// The value behind the last `mark`; more text may follow it.
fn behind<T: for<'de> Deserialize<'de>>(raw: &str, mark: &str) -> Option<T> {
    let (_, json) = raw.rsplit_once(mark)?;
    let mut values = serde_json::Deserializer::from_str(json).into_iter();
    values.next()?.ok()
}

impl Known {
    fn lacks(&self, reference: &Reference, names: &[String]) -> EvalError {
        let shown = &reference.shown;
        let outputs = match reference.kind {
            Some(kind) => format!("no {}", kind.output()),
            None => "neither nhmtConfigurations nor homeConfigurations".to_owned(),
        };
        let message = format!(
            "the flake {shown} has {outputs} by the name of {}",
            quoted(names, " or ")
        );
        let kinds = [
            (Kind::Nhmt, &self.nhmt),
            (Kind::HomeManager, &self.home_manager),
        ];
        let has: Vec<String> = kinds
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(kind, names)| format!("{} {}", kind.output(), quoted(names, ", ")))
            .collect();
        let first = self.nhmt.first().or(self.home_manager.first());
        let remedy = match first {
            Some(first) => format!(
                "It has {}. Choose one: --flake {}",
                has.join(", and "),
                reference.asked_for(first)
            ),
            None if self.outputs.is_empty() => {
                "It has no outputs: nhmtConfigurations should be one, with a configuration named after the user."
                    .to_owned()
            }
            None => format!(
                "It has {}, and of these nhmt takes none: nhmtConfigurations should be one, with a configuration named after the user.",
                self.outputs.join(", ")
            ),
        };
        EvalError::new(ErrorKind::Missing, message).remedy(remedy)
    }
}

impl Found {
    fn described(&self) -> String {
        /// As many names as a line holds.
        const ENOUGH: usize = 8;
        if self.nix_type != "set" {
            let article = if self.nix_type == "int" { "an" } else { "a" };
            return format!("{article} {}", self.nix_type);
        }
        let mut names = self.has.iter().take(ENOUGH).cloned().collect::<Vec<_>>();
        if names.is_empty() {
            return "an empty set".to_owned();
        }
        if self.has.len() > ENOUGH {
            names.push("…".to_owned());
        }
        format!("a set with {}", names.join(", "))
    }

    fn remedy(&self) -> String {
        let has = |name: &str| self.has.iter().any(|known| known == name);
        if has("config") && has("options") && has("extendModules") && !has("activationPackage") {
            return "That looks like a system (nixosSystem, darwinSystem). A home is made by nhmt.lib.homeConfiguration { pkgs = …; modules = [ ./home.nix ]; }.".to_owned();
        }
        if has("default") || self.has.iter().any(|name| name.contains("-linux")) {
            return "Configurations stand directly in the output, by their names, not by system."
                .to_owned();
        }
        "nhmt.lib.homeConfiguration { pkgs = …; modules = [ ./home.nix ]; } makes one of nhmt's, home-manager.lib.homeManagerConfiguration one of Home Manager's.".to_owned()
    }
}

fn quoted(names: &[String], joint: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(joint)
}
