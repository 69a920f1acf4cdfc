//! What a home tree asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{HomePath, Hook, Manifest};

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// When the content of its file has changed.
    OnChange,
    /// After every run that changes something.
    Activation,
    /// When the tree before has an activation hook that the tree after lacks.
    WhenGone,
}

/// The hooks of one home tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// What runs before the home is looked at, in running order.
    pub before: Vec<Hook>,
    /// The activation hooks, in running order.
    pub activation: Vec<Hook>,
    /// The `onChange` scripts by the target of their file.
    pub on_change: BTreeMap<HomePath, String>,
    /// Those activation hooks of the tree before that this one lacks and that
    /// have something to run for it; in their order there.
    pub gone: Vec<Hook>,
}

impl Declared {
    /// Those of `manifest`.
    #[must_use]
    pub fn of(manifest: Manifest) -> Self {
        let files = manifest.files.into_iter();
        let scripts = files.map(|(target, spec)| (target, spec.on_change));
        let (before, activation) = manifest.hooks.into_iter().partition(|hook| hook.before);
        Self {
            before,
            activation,
            on_change: scripts.filter(|(_, script)| !script.is_empty()).collect(),
            gone: Vec::new(),
        }
    }

    /// The same after a tree with the hooks of `before`.
    #[must_use]
    pub fn leaving(mut self, before: Vec<Hook>) -> Self {
        let here = |hook: &Hook| self.activation.iter().any(|other| other.name == hook.name);
        let gone = before.into_iter();
        self.gone = gone
            .filter(|hook| !hook.when_gone.is_empty() && !here(hook))
            .collect();
        self
    }
}

/// One thing to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What it is.
    pub kind: Kind,
    /// The hook's name; for [`Kind::OnChange`] the targets that have this
    /// script. A script that several files share runs once for all of them: it
    /// is not told for which, so that a second run could do nothing else.
    pub names: Vec<String>,
    /// What a shell runs.
    pub script: String,
    /// The hooks without which it makes no sense.
    pub after: Vec<String>,
    /// It runs in a dry run.
    pub dry_run: bool,
    /// What it prints is told as it is.
    pub report: bool,
}

impl From<&Hook> for Task {
    fn from(hook: &Hook) -> Self {
        Self {
            kind: Kind::Activation,
            names: vec![hook.name.clone()],
            script: hook.script.clone(),
            after: hook.after.clone(),
            dry_run: hook.dry_run,
            report: hook.report,
        }
    }
}

impl Task {
    /// What it is called: the hook's name, or its first file's.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn title(&self) -> String {
        let name = self.name().escape_debug();
        match (self.kind, self.names.len()) {
            (Kind::Activation, _) => format!("hook `{name}`"),
            (Kind::WhenGone, _) => format!("hook `{name}`, which is gone,"),
            (Kind::OnChange, 1) => format!("onChange of ~/{name}"),
            (Kind::OnChange, 2) => format!("onChange of ~/{name} and another file"),
            (Kind::OnChange, n) => format!("onChange of ~/{name} and {} other files", n - 1),
        }
    }
}

/// A target as it is remembered: manifests are JSON, so targets are UTF-8.
pub(super) fn name_of(target: &HomePath) -> String {
    String::from_utf8_lossy(target.as_bytes()).into_owned()
}
