//! From a configuration to the home tree that is wanted.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Code;
use super::args::Backend;
use super::context::Context;
use super::failure::Failure;
use super::keeper;
use super::scratch::Scratch;
use super::source::Source;
use crate::ending::Temporary;
use crate::eval::{self, EvalError, Evaluator, Event, Question, Severity};
use crate::manifest::{Manifest, ManifestError};
use crate::store::local::AddError;
use crate::store::{Cache, LocalStore};
use crate::tree::{self, Sources, Target};
use crate::ui::{DIM, Progress, WARNING};

/// What keeps a built tree from being collected.
pub(super) enum Root {
    /// Nothing: it is only looked at.
    None,
    /// A link that lives as long as [`Built`], until the tree is a generation.
    Pending,
    /// A link of the user's.
    Link(PathBuf),
}

/// A home tree that is built.
pub(super) struct Built {
    pub tree: PathBuf,
    /// Holds the pending root. It lies outside the home, which must not be
    /// touched before it is known that nothing is in the way.
    _pending: Option<Scratch>,
}

/// Builds the home tree of `source`.
pub(super) fn build(context: &Context, source: &Source, root: &Root) -> Result<Built, Failure> {
    let backend = context.global.backend.unwrap_or(match source {
        Source::Manifest(_) => Backend::Local,
        Source::Module(_) | Source::Flake { .. } => Backend::Nix,
    });
    let pending = match root {
        Root::Pending if backend == Backend::Nix => Some(Scratch::new()?),
        _ => None,
    };
    let place = match (&pending, root) {
        (Some(dir), _) => Some(dir.path().join("tree")),
        (None, Root::Link(path)) => Some(path.clone()),
        (None, _) => None,
    };
    let tree = match backend {
        Backend::Nix => with_nix(context, source, place.as_deref())?,
        Backend::Local => {
            let (manifest, shown) = manifest_of(context, source)?;
            if manifest.packages.is_some() {
                return Err(Failure::new("the local store cannot keep packages")
                    .code(Code::Evaluation)
                    .hint("leave out `home.packages`, or build with Nix: `--backend nix`"));
            }
            let store = LocalStore::new(context.local_store_with(manifest.profile.clone()));
            let _hold = store.hold()?;
            let tree = locally(&store, &manifest, &shown)?;
            if let Some(place) = &place {
                store.register(&tree, place)?;
            }
            tree
        }
    };
    Ok(Built {
        tree,
        _pending: pending,
    })
}

fn with_nix(context: &Context, source: &Source, root: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Source::Manifest(path) = source {
        // Nix would say what is wrong with it, but neither where nor in which file.
        manifest(context, path)?;
    }
    let source = evaluated(source)?;
    evaluating(context, |evaluator, home, progress| {
        evaluator.build(&source, home, root, progress)
    })
}

/// Has Nix do something for this home, under a progress line.
fn evaluating<T>(
    context: &Context,
    work: impl FnOnce(&Evaluator<'_>, &eval::Home, &mut dyn FnMut(Event)) -> Result<T, EvalError>,
) -> Result<T, Failure> {
    let nix = keeper::nix(context)?;
    let cache = Cache::from_environment();
    let evaluator = Evaluator::new(&nix, &cache, executable()?);
    let home = whose(context);
    let done = watched(context, |progress| work(&evaluator, &home, progress));
    done.map_err(|error| with_raw(context, error))
}

/// The manifest that `source` gives, without building anything, and its name
/// for messages.
pub(super) fn manifest_of(
    context: &Context,
    source: &Source,
) -> Result<(Manifest, String), Failure> {
    let (mut manifest, shown) = match source {
        Source::Manifest(path) => (manifest(context, path)?, path.display().to_string()),
        Source::Module(_) | Source::Flake { .. } => {
            let json = query(context, Some(source), &Question::Manifest)?;
            let shown = "the configuration".to_owned();
            let manifest = Manifest::from_json(json.as_bytes());
            (
                manifest.map_err(|error| bad_manifest(&shown, &error))?,
                shown,
            )
        }
    };
    if context.global.home.is_some() {
        context
            .layout()
            .home()
            .clone_into(&mut manifest.home.directory);
    }
    Ok((manifest, shown))
}

/// The answer to `question` about `source`, as JSON. Without a source it is
/// about a configuration that sets nothing.
pub(super) fn query(
    context: &Context,
    source: Option<&Source>,
    question: &Question,
) -> Result<String, Failure> {
    let source = source.map(evaluated).transpose()?;
    evaluating(context, |evaluator, home, progress| {
        evaluator.query(source.as_ref(), home, question, progress)
    })
}

/// The command for `nhmt repl`, and a file that it needs.
pub(super) fn repl(
    context: &Context,
    source: Option<&Source>,
) -> Result<(Command, Temporary), Failure> {
    let source = source.map(evaluated).transpose()?;
    evaluating(context, |evaluator, home, _| {
        evaluator.repl(source.as_ref(), home)
    })
}

fn locally(store: &LocalStore, manifest: &Manifest, shown: &str) -> Result<PathBuf, Failure> {
    let added = store.add("nhmt-home", |out| {
        let target = Target {
            out: out.to_owned(),
            sources: Sources::Copy,
            activate: None,
        };
        tree::build(manifest, &target)
    });
    added.map_err(|error| match error {
        AddError::Fill(error) => {
            Failure::new(format_args!("{shown}: {error}")).code(Code::Evaluation)
        }
        AddError::Store(error) => error.into(),
    })
}

/// The manifest in the file at `path`.
fn manifest(context: &Context, path: &Path) -> Result<Manifest, Failure> {
    if let Some(name) = &context.global.specialisation {
        return Err(Failure::new(format_args!(
            "a manifest has no variants, and `--specialisation {name}` asks for one"
        ))
        .code(Code::Usage)
        .hint("leave the flag out, or name a configuration in Nix with `-f` or `--flake`"));
    }
    let shown = path.display().to_string();
    let json = fs::read(path).map_err(|error| {
        Failure::new(format_args!("cannot read {shown}: {error}")).code(Code::Evaluation)
    })?;
    Manifest::from_json(&json).map_err(|error| bad_manifest(&shown, &error))
}

fn bad_manifest(shown: &str, error: &ManifestError) -> Failure {
    Failure::new(format_args!("{shown}: {error}")).code(Code::Evaluation)
}

/// The running nhmt, which is the builder of its own derivations.
pub(super) fn executable() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::new(format_args!("cannot find nhmt's own executable: {error}")))
}

fn evaluated(source: &Source) -> Result<eval::Source, Failure> {
    Ok(match source {
        Source::Module(path) => eval::Source::File(path.clone()),
        Source::Manifest(path) => eval::Source::Manifest(path.clone()),
        Source::Flake { reference, name } => eval::Source::Flake {
            reference: match name {
                Some(name) => format!("{reference}#{name}"),
                None => reference.clone(),
            },
            from: std::env::current_dir().map_err(|error| {
                Failure::new(format_args!("cannot find the current directory: {error}"))
            })?,
        },
    })
}

fn whose(context: &Context) -> eval::Home {
    let directory = context.layout().home().to_owned();
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let username = named("USER")
        .or_else(|| named("LOGNAME"))
        .unwrap_or_else(|| {
            let last = directory.file_name().unwrap_or(directory.as_os_str());
            last.to_string_lossy().into_owned()
        });
    eval::Home {
        username,
        directory,
        override_directory: context.global.home.is_some(),
        specialisation: context.global.specialisation.clone(),
        home_manager: context.global.home_manager.as_ref().map(|at| match at {
            Some(path) => {
                eval::Sources::At(std::path::absolute(path).unwrap_or_else(|_| path.clone()))
            }
            None => eval::Sources::Searched,
        }),
    }
}

/// Nix's own words go with `--verbose` and `--show-trace` only: they name
/// functions of the module system before they come to the user's file.
fn with_raw(context: &Context, error: EvalError) -> Failure {
    let wanted = context.global.verbose || context.global.nix.show_trace;
    let raw = error.raw.trim().to_owned();
    let failure = Failure::from(error);
    if wanted && !raw.is_empty() {
        failure.hint(format!("Nix said:\n{raw}"))
    } else {
        failure
    }
}

/// Runs Nix under a progress line, and passes on what it wants people to read.
fn watched<T>(context: &Context, work: impl FnOnce(&mut dyn FnMut(Event)) -> T) -> T {
    let progress = Progress::start(context.ui, "evaluating");
    let logs = context.global.nix.print_build_logs;
    let ui = context.ui;
    // Nix counts and names builds in turn.
    let (mut count, mut building) = (String::new(), String::new());
    // A flake is asked several times, and each time its tree is dirty.
    let mut warned = HashSet::new();
    work(&mut |event| match event {
        Event::Evaluating => progress.set("evaluating".to_owned()),
        Event::Building { done, total, name } => {
            if total > 0 {
                count = format!(" {done}/{total}");
            }
            if !name.is_empty() {
                building = format!(" {name}");
            }
            progress.set(format!("building{count}{building}"));
        }
        Event::Copying { text } => progress.set(text),
        Event::Log { name, line } if logs => {
            progress.line(format_args!("{DIM}{name}>{DIM:#} {line}"));
        }
        Event::Log { .. } => {}
        Event::Message { .. } if ui.quiet => {}
        Event::Message { severity, text } => match severity {
            Severity::Warning if warned.contains(&text) => {}
            Severity::Warning => {
                progress.line(format_args!("{WARNING}warning:{WARNING:#} {text}"));
                warned.insert(text);
            }
            Severity::Trace => progress.line(text),
            Severity::Note if ui.verbose => progress.line(format_args!("{DIM}{text}{DIM:#}")),
            Severity::Note => {}
        },
    })
}
