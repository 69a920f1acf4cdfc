//! Running Nix on a configuration.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::flake::Reference;
use super::flake_query::{FlakeQuery, Goal};
use super::library::Library;
use super::question::Question;
use super::run::{Finished, run};
use super::{ErrorKind, EvalError, Event, builder, expression, translate};
use crate::store::{Cache, Nix};

/// What every command of Nix that reads flakes needs.
pub(super) const FLAKES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// Where a configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, or a directory with a `home.nix`.
    File(PathBuf),
    /// A flake: a reference, with `#NAME` if the user gave one, and the
    /// directory that relative references start from.
    Flake {
        /// `REF[#NAME]`.
        reference: String,
        /// An absolute path.
        from: PathBuf,
    },
    /// A manifest in JSON.
    Manifest(PathBuf),
}

/// Where the sources of Home Manager are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// On Nix's search path, as `<home-manager>`.
    Searched,
    /// In this directory; an absolute path.
    At(PathBuf),
}

/// For whom the home is. Flakes know that themselves, unless overridden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The login name; the default of `home.username`.
    pub username: String,
    /// The home directory; the default of `home.homeDirectory`.
    pub directory: PathBuf,
    /// Whether the directory outranks what the configuration says (`--home`).
    pub override_directory: bool,
    /// Which of the configuration's `specialisation` is meant; `None`: itself.
    pub specialisation: Option<String>,
    /// A file is a module of Home Manager, whose sources are there.
    pub home_manager: Option<Sources>,
}

/// Evaluates and builds configurations.
#[derive(Debug)]
pub struct Evaluator<'a> {
    nix: &'a Nix,
    cache: &'a Cache,
    executable: PathBuf,
}

impl<'a> Evaluator<'a> {
    /// An evaluator whose trees are built by `executable`, an nhmt: the
    /// running one, as a rule.
    #[must_use]
    pub fn new(nix: &'a Nix, cache: &'a Cache, executable: PathBuf) -> Self {
        Self {
            nix,
            cache,
            executable,
        }
    }

    /// Builds the home tree of `source` and gives its store path. With `root`,
    /// a GC root at that place keeps it until it is a generation.
    ///
    /// # Errors
    ///
    /// [`EvalError`]: the configuration is wrong or missing, a build failed,
    /// or Nix cannot work on this machine.
    pub fn build(
        &self,
        source: &Source,
        home: &Home,
        root: Option<&Path>,
        progress: &mut dyn FnMut(Event),
    ) -> Result<PathBuf, EvalError> {
        if let Some(dir) = root.and_then(Path::parent) {
            std::fs::create_dir_all(dir).map_err(|error| EvalError::io(dir, &error))?;
        }
        let library = Library::unpack(self.cache)?;
        let expression = match source {
            Source::File(path) => {
                let path = configuration(path)?;
                let builder = self.builder()?;
                expression::from_file(library.dir(), Some(&path), home, &builder, "homeTree")
            }
            Source::Manifest(path) => {
                let path = existing(path)?;
                expression::from_manifest(library.dir(), &path, home, &self.builder()?)
            }
            Source::Flake { reference, from } => {
                let tree = self.build_flake(reference, from, home, root, &library, progress)?;
                self.nix.open_tree(&tree)?;
                return Ok(tree);
            }
        };
        let command = || {
            let mut command = self.nix.command("nix-build");
            self.nix.arguments().add_evaluation(&mut command);
            command.args(["-E", &expression]);
            out_link(&mut command, root);
            command
        };
        let printed = evaluate(&command, &library, progress)?;
        let tree = PathBuf::from(printed.trim_end());
        self.nix.open_tree(&tree)?;
        Ok(tree)
    }

    /// The manifest that `source` evaluates to, as JSON, without building a
    /// tree; sources are copied to the Nix store.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    pub fn manifest(
        &self,
        source: &Source,
        home: &Home,
        progress: &mut dyn FnMut(Event),
    ) -> Result<String, EvalError> {
        match source {
            Source::Manifest(path) => {
                let path = existing(path)?;
                std::fs::read_to_string(&path).map_err(|error| EvalError::io(path, &error))
            }
            _ => self.query(Some(source), home, &Question::Manifest, progress),
        }
    }

    /// The answer to `question` about `source`, as JSON; without a source, and
    /// for a manifest, about a configuration that sets nothing.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    pub fn query(
        &self,
        source: Option<&Source>,
        home: &Home,
        question: &Question,
        progress: &mut dyn FnMut(Event),
    ) -> Result<String, EvalError> {
        let library = Library::unpack(self.cache)?;
        let (attribute, apply) = question.parts();
        match source {
            None | Some(Source::File(_) | Source::Manifest(_)) => {
                let path = match source {
                    Some(Source::File(path)) => Some(configuration(path)?),
                    _ => None,
                };
                let expression = expression::from_file(
                    library.dir(),
                    path.as_deref(),
                    home,
                    &self.builder()?,
                    attribute,
                );
                let expression = match &apply {
                    Some(function) => format!("({function}) ({expression})"),
                    None => expression,
                };
                let command = || {
                    let mut command = self.nix.command("nix-instantiate");
                    self.nix.arguments().add_evaluation(&mut command);
                    command.args(["--eval", "--strict", "--json", "--read-write-mode"]);
                    command.args(["-E", &expression]);
                    command
                };
                evaluate(&command, &library, progress)
            }
            Some(Source::Flake { reference, from }) => FlakeQuery {
                evaluator: self,
                reference: &Reference::parse(reference, from)?,
                home,
                attribute,
                goal: Goal::Show(apply.as_deref()),
                library: &library,
            }
            .run(progress),
        }
    }

    pub(super) fn nix(&self) -> &Nix {
        self.nix
    }

    pub(super) fn cache(&self) -> &Cache {
        self.cache
    }

    pub(super) fn builder(&self) -> Result<String, EvalError> {
        builder::expression(&self.executable, self.cache)
    }

    fn build_flake(
        &self,
        reference: &str,
        from: &Path,
        home: &Home,
        root: Option<&Path>,
        library: &Library,
        progress: &mut dyn FnMut(Event),
    ) -> Result<PathBuf, EvalError> {
        let query = FlakeQuery {
            evaluator: self,
            reference: &Reference::parse(reference, from)?,
            home,
            attribute: "homeTree",
            goal: Goal::Build(root),
            library,
        };
        let tree = PathBuf::from(query.run(progress)?);
        if let Some(known) = query.known() {
            known.learn(&tree);
        }
        Ok(tree)
    }

    /// A command of Nix that takes installables.
    pub(super) fn flake_command(&self, name: &str) -> Command {
        let mut command = self.flake_command_without_locks(name);
        self.nix.arguments().add_locks(&mut command);
        command
    }

    /// A command of Nix that knows flakes, and nothing of their lock files.
    pub(super) fn flake_command_without_locks(&self, name: &str) -> Command {
        let mut command = self.nix.command("nix");
        command.arg(name).args(FLAKES);
        self.nix.arguments().add_evaluation(&mut command);
        self.nix.arguments().add_flake(&mut command);
        command
    }
}

fn out_link(command: &mut Command, root: Option<&Path>) {
    match root {
        Some(root) => command.arg("--out-link").arg(root),
        None => command.arg("--no-out-link"),
    };
}

/// Runs a command and gives what it prints. An error that names no file of the
/// user's may do so when Nix keeps a trace, which costs time: only then is the
/// evaluation done again, with one.
fn evaluate(
    command: &dyn Fn() -> Command,
    library: &Library,
    progress: &mut dyn FnMut(Event),
) -> Result<String, EvalError> {
    let error = match successful(&run(command(), progress)?, library) {
        Err(error) if error.place_hidden => error,
        done => return done,
    };
    let mut again = command();
    again.arg("--show-trace");
    match successful(&run(again, &mut |_| {})?, library) {
        Err(traced) => Err(error.traced(traced, library.dir())),
        Ok(_) => Err(error),
    }
}

fn successful(finished: &Finished, library: &Library) -> Result<String, EvalError> {
    if finished.status.success() {
        Ok(finished.stdout.clone())
    } else {
        Err(translate::error(finished, library.dir()))
    }
}

/// The file that is meant by `path`, absolute.
pub(super) fn configuration(path: &Path) -> Result<PathBuf, EvalError> {
    if path.is_dir() {
        existing(&path.join("home.nix"))
    } else {
        existing(path)
    }
}

fn existing(path: &Path) -> Result<PathBuf, EvalError> {
    let absolute = std::path::absolute(path).map_err(|error| EvalError::io(path, &error))?;
    match std::fs::metadata(&absolute) {
        Ok(_) => Ok(absolute),
        Err(error) => Err(EvalError::new(
            ErrorKind::Missing,
            format!(
                "there is no configuration at {}: {error}",
                absolute.display()
            ),
        )
        .remedy("Write one there, or name another with -f PATH or --flake REF.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_configuration_is_named_with_its_whole_path() {
        let dir = tempfile::tempdir().unwrap();
        let error = configuration(dir.path()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Missing);
        assert!(error.message.contains("home.nix"), "{error}");
    }
}
