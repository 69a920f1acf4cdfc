//! The line of a configuration that persists a path, and putting it there.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use tempfile::NamedTempFile;

use crate::cli::context::Context;
use crate::cli::edit::file_of;
use crate::cli::source::Source;
use crate::cli::target;
use crate::edit;
use crate::ending::uncut;
use crate::manifest::{HomePath, Manifest, RouteKind};
use crate::ui::Ui;

/// What persists a path, as a configuration says it.
pub(super) struct Line {
    pub path: HomePath,
    pub root: PathBuf,
    pub kind: RouteKind,
    pub home: PathBuf,
}

/// Where the line is.
pub(super) enum Written {
    /// Nowhere: it was not asked for.
    Not(String),
    /// Nowhere, and why.
    Refused(String, String),
    /// In this file, with the difference.
    In(String, PathBuf, String),
}

impl Line {
    /// The list of the root that the path belongs to.
    fn list(&self) -> &'static str {
        match self.kind {
            RouteKind::Directory => "directories",
            RouteKind::File => "files",
        }
    }

    /// The root as `home.persistence` names it: without the place of the home.
    fn name(&self) -> PathBuf {
        let inside = self.home.strip_prefix("/").unwrap_or(&self.home);
        if !self.root.ends_with(inside) {
            return self.root.clone();
        }
        let depth = inside.components().count();
        let above = self.root.ancestors().nth(depth);
        above.unwrap_or(&self.root).to_owned()
    }

    /// As a module says it.
    pub fn in_nix(&self) -> String {
        format!(
            "home.persistence.{}.{} = [ {} ];",
            edit::in_nix(&self.name().to_string_lossy()),
            self.list(),
            edit::in_nix(&self.path.to_string())
        )
    }

    /// As a manifest says it, in its `state`.
    fn in_json(&self) -> String {
        serde_json::json!({
            "path": self.path,
            "root": self.root,
            "kind": self.kind.as_str(),
        })
        .to_string()
    }

    /// As configurations like `source` say it.
    pub fn in_language_of(&self, source: &Source) -> String {
        match source {
            Source::Manifest(_) => self.in_json(),
            Source::Module(_) | Source::Flake { .. } => self.in_nix(),
        }
    }

    /// Puts it into the configuration, when that is safe.
    pub fn write(&self, context: &Context, source: &Source) -> Written {
        let line = self.in_language_of(source);
        match self.insert(context, source) {
            Ok((file, difference)) => Written::In(line, file, difference),
            Err(why) => Written::Refused(line, why),
        }
    }

    fn insert(&self, context: &Context, source: &Source) -> Result<(PathBuf, String), String> {
        // In a flake, the module beside it.
        let named = &file_of(source).map_err(|failure| failure.to_string())?;
        let new = self.inserted(named, source)?;
        // A link to the file stays a link.
        let file = fs::canonicalize(named).map_err(|error| told(named, &error))?;
        let old = fs::read_to_string(&file).map_err(|error| told(&file, &error))?;
        let before = state_of(context, source)?;
        replace(&file, new.as_bytes()).map_err(|error| told(&file, &error))?;
        // Only an evaluation knows what it means there.
        let wrong = match state_of(context, source) {
            Ok(after) if self.is_added(&before, &after) => {
                let shown = named.display().to_string();
                let difference = TextDiff::from_lines(&old, &new)
                    .unified_diff()
                    .header(&shown, &shown)
                    .to_string();
                return Ok((named.clone(), difference));
            }
            Ok(_) => "with it, the configuration would persist something else".to_owned(),
            Err(why) => format!("with it, the configuration would not evaluate: {why}"),
        };
        replace(&file, old.as_bytes()).map_err(|error| told(&file, &error))?;
        Err(wrong)
    }

    fn inserted(&self, file: &Path, source: &Source) -> Result<String, String> {
        let text = fs::read_to_string(file).map_err(|error| told(file, &error))?;
        let path = self.path.to_string();
        let (new, missing) = if let Source::Manifest(_) = source {
            let root = self.root.to_string_lossy();
            (
                edit::persist_in_manifest(&text, &path, &root, self.kind.as_str()),
                "no `state` that is a list".to_owned(),
            )
        } else {
            let name = self.name();
            let name = name.to_string_lossy();
            (
                edit::persist_in_nix(&text, &name, self.list(), &path),
                format!(
                    "not one list `home.persistence.{}.{}`",
                    edit::in_nix(&name),
                    self.list()
                ),
            )
        };
        new.ok_or_else(|| format!("{} has {missing}", file.display()))
    }

    /// Whether exactly this path came to what is persisted.
    fn is_added(&self, before: &Manifest, after: &Manifest) -> bool {
        let mut rest = after.clone();
        let added = rest.state.remove(&self.path);
        let mut old = before.clone();
        for manifest in [&mut rest, &mut old] {
            // Lines below it have moved.
            for file in manifest.files.values_mut() {
                file.declared_in.clear();
            }
            for state in manifest.state.values_mut() {
                state.declared_in.clear();
            }
        }
        added.is_some_and(|one| one.route.root == self.root && one.route.kind == self.kind)
            && rest == old
    }
}

/// What the configuration means now.
pub(in crate::cli) fn state_of(context: &Context, source: &Source) -> Result<Manifest, String> {
    target::manifest_of(context, source)
        .map(|(manifest, _)| manifest)
        .map_err(|failure| failure.to_string())
}

fn told(file: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", file.display())
}

/// Replaces the content of `file` at once, keeping its mode.
pub(in crate::cli) fn replace(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let dir = file.parent().unwrap_or(Path::new("/"));
    uncut(|| {
        let mut new = NamedTempFile::new_in(dir)?;
        new.write_all(text)?;
        new.as_file()
            .set_permissions(fs::metadata(file)?.permissions())?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        Ok(())
    })
}

impl Written {
    pub fn line(&self) -> &str {
        match self {
            Self::Not(line) | Self::Refused(line, _) | Self::In(line, ..) => line,
        }
    }

    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::In(_, file, _) => Some(file),
            Self::Not(_) | Self::Refused(..) => None,
        }
    }

    /// It was asked for, and is not there.
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::Refused(..))
    }

    pub fn tell(&self, ui: Ui) {
        match self {
            Self::Not(line) => {
                ui.note("add this to the configuration, so that an empty home gets it as well:");
                ui.result(line);
            }
            Self::Refused(line, why) => {
                ui.warning(format_args!("the configuration was not changed: {why}"));
                ui.note("add this to it yourself:");
                ui.result(line);
            }
            Self::In(_, _, difference) => ui.result(difference.trim_end()),
        }
    }
}
