//! How files arrive, and what runs after a switch, before and after.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::manifest::{Entry, HomePath, Index, Manifest, Method};

/// A path that is, or was, something else than a link into a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MethodDiff {
    /// The path.
    pub path: HomePath,
    /// How it arrived; `None` when it was not managed.
    pub from: Option<String>,
    /// How it arrives; `None` when it is not managed any more.
    pub to: Option<String>,
}

/// A path whose content lies outside of every generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LivePath {
    /// The path.
    pub path: HomePath,
    /// Where its link leads in the end.
    pub target: PathBuf,
}

/// The scripts that run after a switch, by name; those of files that changed
/// are named `onChange of ~/PATH`.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct HookDiff {
    /// In the new manifest only.
    pub added: Vec<String>,
    /// In the old manifest only.
    pub removed: Vec<String>,
    /// In both, with another text, order or condition.
    pub changed: Vec<String>,
}

impl MethodDiff {
    /// Of a path that differs, unless it is a plain link on both sides.
    pub(super) fn of(old: Option<&Entry>, new: Option<&Entry>) -> Option<Self> {
        let plain = |entry: Option<&Entry>| {
            entry.is_none_or(|e| e.method.is_link() && !e.live && !e.secret)
        };
        let inside = |entry: Option<&Entry>| entry.map(|entry| entry.inside);
        // A file that comes to lie in a persisted directory, or leaves one, is
        // named; one that stays is not.
        let stays = old.is_none() || new.is_none() || inside(old) == inside(new);
        if plain(old) && plain(new) && stays {
            return None;
        }
        Some(Self {
            path: old.or(new)?.path.clone(),
            from: old.map(words),
            to: new.map(words),
        })
    }

    /// One or both sides, as a person reads them.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from != to => format!("{from} -> {to}"),
            (from, to) => to.as_ref().or(from.as_ref()).cloned().unwrap_or_default(),
        }
    }

    /// What a comparison of the two trees' contents is about, when it is not
    /// the whole file in the home.
    #[must_use]
    pub fn content(&self) -> Option<&'static str> {
        let now = self.to.as_deref().unwrap_or_default();
        match now.split(' ').next()? {
            "merge" => Some("the declared keys; the others in the file are left as they are"),
            "block" => Some("the block alone; the text around it is left as it is"),
            "seed" => Some("written only where nothing is yet"),
            _ => None,
        }
    }
}

/// `copy 0600`, `merge toml 0644`, `block at the bottom, marked with #`, `live`, `secret 1a2b3c4d`.
fn words(entry: &Entry) -> String {
    let name = entry.method.name().as_str();
    let mode = entry.method.mode().map(|mode| format!("{mode:04o}"));
    match &entry.method {
        // The digest is one of what is encrypted.
        Method::Link if entry.secret => {
            let digest = entry.digest[..4].iter().map(|byte| format!("{byte:02x}"));
            format!("secret {}", digest.collect::<String>())
        }
        Method::Link if entry.live && entry.inside => "live in a persisted directory".to_owned(),
        Method::Link if entry.live => "live".to_owned(),
        Method::Link if entry.inside => "link in a persisted directory".to_owned(),
        Method::Merge { format, .. } => {
            format!("{name} {} {}", format.as_str(), mode.unwrap_or_default())
        }
        Method::Block { comment, position } => {
            format!("{name} at the {}, marked with {comment}", position.as_str())
        }
        Method::Link | Method::Copy { .. } | Method::Seed { .. } => [Some(name.to_owned()), mode]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

impl LivePath {
    /// Those of the tree at `tree`, whose index is `index`.
    #[must_use]
    pub fn all(index: &Index, tree: &Path) -> Vec<Self> {
        let live = index.entries().iter().filter(|entry| entry.live);
        live.filter_map(|entry| {
            let link = tree.join(entry.place_in_tree());
            Some(Self {
                path: entry.path.clone(),
                target: std::fs::read_link(link).ok()?,
            })
        })
        .collect()
    }
}

impl HookDiff {
    /// Compares what runs after a switch; `None` is nothing.
    pub(super) fn between(old: Option<&Manifest>, new: Option<&Manifest>) -> Self {
        let (before, after) = (scripts(old), scripts(new));
        let mut diff = Self::default();
        let known: BTreeSet<&str> = before.iter().map(|script| &*script.name).collect();
        for script in &after {
            match before.iter().find(|other| other.name == script.name) {
                None => diff.added.push(script.name.clone()),
                Some(other) if other != script => diff.changed.push(script.name.clone()),
                Some(_) => {}
            }
        }
        let kept: BTreeSet<&str> = after.iter().map(|script| &*script.name).collect();
        let gone = known.difference(&kept).map(|&name| name.to_owned());
        diff.removed = gone.collect();
        diff
    }
}

#[derive(PartialEq)]
struct Script<'a> {
    name: String,
    text: &'a str,
    after: &'a [String],
    dry_run: bool,
}

fn scripts(manifest: Option<&Manifest>) -> Vec<Script<'_>> {
    let Some(manifest) = manifest else {
        return Vec::new();
    };
    let files = manifest.files.iter();
    let of_files = files
        .filter(|(_, file)| !file.on_change.is_empty())
        .map(|(path, file)| Script {
            name: format!("onChange of ~/{path}"),
            text: &file.on_change,
            after: &[],
            dry_run: false,
        });
    let hooks = manifest.hooks.iter().map(|hook| Script {
        name: hook.name.clone(),
        text: &hook.script,
        after: &hook.after,
        dry_run: hook.dry_run,
    });
    of_files.chain(hooks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Digest, Format, LeafKind, Position};

    fn entry(method: Method) -> Entry {
        let path = HomePath::new("a").unwrap();
        Entry::new(path, LeafKind::File, Digest::of(b"")).by(method)
    }

    #[test]
    fn methods_are_named_with_what_differs() {
        let link = entry(Method::Link);
        let copy = entry(Method::Copy { mode: 0o600 });
        let merge = entry(Method::Merge {
            format: Format::Toml,
            mode: 0o644,
        });
        let block = entry(Method::Block {
            comment: "#".to_owned(),
            position: Position::Bottom,
        });
        let mut live = link.clone();
        live.live = true;
        let words = |old, new| MethodDiff::of(old, new).map(|diff| diff.words());
        assert_eq!(words(Some(&link), Some(&link)), None);
        assert_eq!(
            words(Some(&link), Some(&copy)).unwrap(),
            "link -> copy 0600"
        );
        assert_eq!(words(Some(&copy), Some(&copy)).unwrap(), "copy 0600");
        assert_eq!(words(None, Some(&merge)).unwrap(), "merge toml 0644");
        assert_eq!(
            words(Some(&block), None).unwrap(),
            "block at the bottom, marked with #"
        );
        assert_eq!(words(Some(&link), Some(&live)).unwrap(), "link -> live");
        let mut inside = link.clone();
        inside.inside = true;
        assert_eq!(words(Some(&inside), Some(&inside)), None);
        assert_eq!(words(None, Some(&inside)), None);
        assert_eq!(
            words(Some(&link), Some(&inside)).unwrap(),
            "link -> link in a persisted directory"
        );
        let mut secret = link.clone();
        secret.secret = true;
        let text = words(Some(&secret), None).unwrap();
        assert!(text.starts_with("secret ") && text.len() == 15, "{text}");
        let content = MethodDiff::of(None, Some(&merge)).unwrap().content();
        assert!(content.unwrap().starts_with("the declared keys"));
        assert_eq!(MethodDiff::of(None, Some(&copy)).unwrap().content(), None);
    }

    #[test]
    fn hooks_are_compared_by_name() {
        let manifest = |extra: &str| {
            let json =
                format!(r#"{{"version":1,"home":{{"username":"u","directory":"/h"}}{extra}}}"#);
            Manifest::from_json(json.as_bytes()).unwrap()
        };
        let old = manifest(
            r#","hooks":[{"name":"a","script":"1"},{"name":"b","script":"1"},{"name":"c","script":"1"}]"#,
        );
        let new = manifest(
            r#","hooks":[{"name":"b","script":"2"},{"name":"c","script":"1","declaredIn":["x"]}],"files":{"f":{"text":"","onChange":"x"}}"#,
        );
        let diff = HookDiff::between(Some(&old), Some(&new));
        assert_eq!(diff.added, ["onChange of ~/f"]);
        assert_eq!(diff.removed, ["a"]);
        assert_eq!(diff.changed, ["b"]);
        assert_eq!(
            HookDiff::between(Some(&old), Some(&old)),
            HookDiff::default()
        );
    }
}
