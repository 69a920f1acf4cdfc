//! Which configuration is meant.

use std::env;
use std::path::{Path, PathBuf};

use super::Code;
use super::args::Global;
use super::failure::Failure;
use crate::eval;

/// A configuration, found but not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A Nix module.
    Module(PathBuf),
    /// A manifest in JSON.
    Manifest(PathBuf),
    /// A flake reference, and the name after `#`.
    Flake {
        reference: String,
        name: Option<String>,
    },
}

/// What is looked for in a directory, in this order.
pub(super) const IN_DIRECTORY: [&str; 3] = ["flake.nix", "home.nix", "home.json"];

/// Finds the configuration that the flags, the environment, or custom name.
pub(super) fn find(global: &Global) -> Result<Source, Failure> {
    look_for(global)?.ok_or_else(|| no_configuration(configuration_directory("nhmt").as_deref()))
}

/// As [`find`]; `None` when none was named and custom knows none.
pub(super) fn look_for(global: &Global) -> Result<Option<Source>, Failure> {
    if let Some(flake) = &global.flake {
        return Ok(Some(Source::flake(flake)));
    }
    if let Some(path) = &global.file {
        return at(path)
            .ok_or_else(|| nothing_at(path, "--file"))?
            .map(Some);
    }
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    match (set("NHMT_CONFIG"), set("NHMT_FLAKE")) {
        (Some(_), Some(_)) => {
            return Err(
                Failure::new("$NHMT_CONFIG and $NHMT_FLAKE each name a configuration")
                    .code(Code::Usage)
                    .hint("unset one of them, or name the configuration with `-f` or `--flake`"),
            );
        }
        (Some(path), None) => {
            let path = PathBuf::from(path);
            let found = at(&path).ok_or_else(|| nothing_at(&path, "$NHMT_CONFIG"))?;
            return found.map(Some);
        }
        (None, Some(flake)) => return Ok(Some(Source::flake(&flake.to_string_lossy()))),
        (None, None) => {}
    }
    let found = in_configuration_directory();
    let found = found.or_else(|| Some(Ok(file(home_managers_flake()?))));
    found.transpose()
}

fn in_configuration_directory() -> Option<Result<Source, Failure>> {
    at(&configuration_directory("nhmt")?)
}

/// The flake that Home Manager takes when none is named.
fn home_managers_flake() -> Option<PathBuf> {
    let file = configuration_directory("home-manager")?.join("flake.nix");
    file.canonicalize().ok()
}

impl Source {
    /// `REF`, `REF#NAME`, `#NAME`, `USER@HOST` and `USER`.
    fn flake(text: &str) -> Self {
        let (reference, name) = match text.split_once('#') {
            Some((reference, name)) => (reference, Some(name)),
            // No reference has an `@` in its first part, where a scheme, the
            // name of a registry or the start of a path would be.
            None if text.contains('@') && !text.contains(['/', ':', '?']) => ("", Some(text)),
            // Hardly anybody registers a flake by their own name.
            None if is_user(text) => ("", Some(text)),
            None => (text, None),
        };
        let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
        if reference.is_empty()
            && !is_below_a_flake()
            && let Some(Self::Flake { reference, .. }) = default_flake()
        {
            return Self::Flake { reference, name };
        }
        let reference = if reference.is_empty() { "." } else { reference }.to_owned();
        Self::Flake { reference, name }
    }
}

/// Whether `name` is that of the user who runs this.
fn is_user(name: &str) -> bool {
    let named = |variable| env::var_os(variable).filter(|value| !value.is_empty());
    named("USER")
        .or_else(|| named("LOGNAME"))
        .is_some_and(|user| user == name)
}

/// Whether `.` is a flake, or part of one.
fn is_below_a_flake() -> bool {
    env::current_dir().is_ok_and(|here| eval::flake_around(&here).is_some())
}

fn default_flake() -> Option<Source> {
    let found = in_configuration_directory().and_then(Result::ok);
    found
        .filter(|found| matches!(found, Source::Flake { .. }))
        .or_else(|| Some(file(home_managers_flake()?)))
}

/// The configuration at `path`: `None` when nothing is there.
fn at(path: &Path) -> Option<Result<Source, Failure>> {
    // Resolved, so that relative paths in a linked configuration start from
    // where it really lies, as they do for Nix.
    let path = path.canonicalize().ok()?;
    if !path.is_dir() {
        return Some(Ok(file(path)));
    }
    let found = IN_DIRECTORY
        .iter()
        .map(|name| path.join(name))
        .find(|file| file.exists());
    found
        .map(|file_path| Ok(file(file_path.canonicalize().unwrap_or(file_path))))
        .or_else(|| {
            let names = IN_DIRECTORY.join("`, `");
            let message = format!(
                "no configuration in {}: none of `{names}` is there",
                path.display()
            );
            let start = first_steps(&path.join("home.nix"));
            Some(Err(Failure::new(message)
                .code(Code::Evaluation)
                .hint(start)))
        })
}

fn file(path: PathBuf) -> Source {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        Source::Manifest(path)
    } else if path.file_name().is_some_and(|name| name == "flake.nix") {
        let directory = path.parent().unwrap_or(Path::new("/"));
        Source::Flake {
            reference: eval::reference_of(directory),
            name: None,
        }
    } else {
        Source::Module(path)
    }
}

/// The folder `name` among those of programs' configurations.
pub(super) fn configuration_directory(name: &str) -> Option<PathBuf> {
    let set = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(base.join(name))
}

fn nothing_at(path: &Path, given_by: &str) -> Failure {
    let message = format!("no configuration at {} (from {given_by})", path.display());
    Failure::new(message)
        .code(Code::Evaluation)
        .hint("check the path; a directory needs a flake.nix or a home.nix in it")
}

fn no_configuration(directory: Option<&Path>) -> Failure {
    let shown = directory.map_or("<no home>".to_owned(), |path| path.display().to_string());
    let message = format!(
        "no configuration found\n  looked at $NHMT_CONFIG and $NHMT_FLAKE (not set), {shown}/flake.nix, {shown}/home.nix and {shown}/home.json, and at Home Manager's flake"
    );
    let hint = match directory {
        Some(directory) => first_steps(&directory.join("home.nix")),
        None => "name a configuration with `-f PATH`".to_owned(),
    };
    Failure::new(message).code(Code::Evaluation).hint(hint)
}

/// How to start with a configuration in `file`.
fn first_steps(file: &Path) -> String {
    format!(
        "`nhmt init` writes one, and `nhmt import` one from what is there; by hand, to start, write {} with\n\n  {{ ... }}: {{\n    home.file.\".hushlogin\".text = \"\";\n  }}\n\nand run `nhmt realize --dry-run`; or name a configuration with `-f PATH`",
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flake_reference_is_split_at_its_name() {
        let flake = |reference: &str, name: Option<&str>| Source::Flake {
            reference: reference.to_owned(),
            name: name.map(str::to_owned),
        };
        assert_eq!(Source::flake("."), flake(".", None));
        assert_eq!(
            Source::flake("github:o/r#a@b"),
            flake("github:o/r", Some("a@b"))
        );
        assert_eq!(Source::flake("/etc#"), flake("/etc", None));
        assert_eq!(
            Source::flake("git+ssh://git@host/x"),
            flake("git+ssh://git@host/x", None)
        );
        assert_eq!(Source::flake("./a@b"), flake("./a@b", None));
    }

    #[test]
    fn a_directory_means_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        assert!(at(&root).unwrap().is_err());
        std::fs::write(root.join("home.json"), "").unwrap();
        assert_eq!(
            at(&root).unwrap().unwrap(),
            Source::Manifest(root.join("home.json"))
        );
        std::fs::write(root.join("home.nix"), "").unwrap();
        assert_eq!(
            at(&root).unwrap().unwrap(),
            Source::Module(root.join("home.nix"))
        );
        std::fs::write(root.join("flake.nix"), "").unwrap();
        assert!(matches!(at(&root).unwrap().unwrap(), Source::Flake { .. }));
        assert!(at(&root.join("absent")).is_none());
    }
}
