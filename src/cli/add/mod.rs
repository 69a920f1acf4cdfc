//! `nhmt add`

mod within;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use similar::TextDiff;

use crate::cli::Code;
use crate::cli::context::Context;
use crate::cli::edit::file_of;
use crate::cli::failure::Failure;
use crate::cli::import::tell;
use crate::cli::persist::{replace, state_of};
use crate::cli::source::{self, Source};
use crate::cli::tracked;
use crate::cli::typed_path::in_home;
use crate::edit::add_to_module;
use crate::import::{self, Import, NoteKind, Rules};
use crate::manifest::{HomePath, Manifest};

/// Bring a file of the home into the configuration.
///
/// It is copied to `files` beside the configuration, and a line for it comes
/// to `home.nix` when there is one place for it; else the line is printed. The
/// home stays as it is until the next `nhmt realize`, which takes it over.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt add ~/.config/starship.toml
  nhmt add ~/.config/nvim           a directory, with all in it")]
pub(super) struct Add {
    /// A file, a link or a directory in the home; a relative path starts from
    /// the current directory when that is in the home, else from the home
    path: PathBuf,
    /// Add it although it looks like a secret, or is large
    #[arg(long)]
    anyway: bool,
}

pub(super) fn run(context: &Context, args: &Add) -> Result<ExitCode, Failure> {
    let home = context.layout().home();
    let path = in_home(home, &args.path)?;
    let source = source::find(&context.global)?;
    if let Source::Manifest(manifest) = &source {
        let manifest = manifest.display();
        return Err(Failure::new(format_args!(
            "{manifest} is a manifest, to which nothing is added"
        ))
        .code(Code::Usage)
        .hint("add it to the `files` of the manifest yourself"));
    }
    let module = file_of(&source)?;
    let directory = module.parent().unwrap_or(Path::new("/")).to_owned();
    let before =
        state_of(context, &source).map_err(|why| Failure::new(why).code(Code::Evaluation))?;
    let rules = Rules {
        home: home.to_owned(),
        include: if args.anyway {
            vec![path.clone()]
        } else {
            Vec::new()
        },
        without: vec![directory.clone()],
    };
    if let Some(entry) = within::around(&before, &path)
        && let Some(code) = within::bring(context, &source, &rules, entry, &path)?
    {
        return Ok(code);
    }
    refuse_declared(&before, &path)?;
    let mut found = import::live(&rules, std::slice::from_ref(&path), true)?;
    if found.items.is_empty() {
        return Err(nothing(&found, &path));
    }
    let files = directory.join("files");
    refuse_occupied(&found, &files)?;
    import::copy_items(&mut found, &rules, &files)?;
    let (lines, targets) = import::lines(&found.items, home);
    let written = make_seen(context, &source, &found, &files)
        .and_then(|()| insert(context, &source, &module, &before, &lines, &targets));
    if !context.json() {
        tell(context.ui, &found.notes);
    }
    let (file, refused) = match written {
        Ok(difference) => {
            if !context.json() {
                context.ui.result(difference.trim_end());
            }
            (Some(module), false)
        }
        Err(why) => {
            context
                .ui
                .warning(format_args!("{} was not changed: {why}", module.display()));
            if !context.json() {
                context
                    .ui
                    .note("the content was copied; add this to the configuration yourself:");
                context.ui.result(lines.trim_end());
            }
            (None, true)
        }
    };
    if context.json() {
        context.ui.result(json!({
            "path": path,
            "lines": lines,
            "written": file,
            "files": found.items.keys().collect::<Vec<_>>(),
            "notes": found.notes,
        }));
    }
    Ok(ExitCode::from(u8::from(refused)))
}

/// A flake in a work tree of git sees only what git knows of.
fn make_seen(
    context: &Context,
    source: &Source,
    found: &Import,
    files: &Path,
) -> Result<(), String> {
    let Source::Flake { reference, .. } = source else {
        return Ok(());
    };
    let copied = found
        .items
        .keys()
        .map(|path| files.join(path.as_path()))
        .filter(|place| place.symlink_metadata().is_ok());
    tracked::make_seen(context.ui, reference, &copied.collect::<Vec<_>>())
}

/// What is declared is brought up to date, not added.
fn refuse_declared(manifest: &Manifest, path: &HomePath) -> Result<(), Failure> {
    let mut known = manifest.files.iter().filter(|(known, spec)| {
        *known == path
            || known.is_below(path)
            || (path.is_below(known)
                && matches!(spec.content, crate::manifest::Content::Source { .. }))
    });
    match known.next() {
        None => Ok(()),
        Some((known, spec)) => {
            let place = spec.declared_in.join(", ");
            Err(Failure::new(format_args!(
                "the configuration has ~/{known} already ({place})"
            ))
            .hint("`nhmt re-add PATH` brings live changes of it back"))
        }
    }
}

fn nothing(found: &Import, path: &HomePath) -> Failure {
    match found.notes.first() {
        Some(note) if note.kind == NoteKind::Secret => Failure::new(format_args!(
            "~/{} looks like a secret ({}), and what a configuration has every user of the machine can read",
            note.path, note.why
        ))
        .hint("`home.secrets` keeps secrets encrypted; `--anyway` adds it as it is"),
        Some(note) => Failure::new(format_args!("~/{} was not added: {}", note.path, note.why)),
        None => Failure::new(format_args!("~/{path} has nothing in it to add")),
    }
}

/// Nothing beside the configuration is overwritten.
fn refuse_occupied(found: &Import, files: &Path) -> Result<(), Failure> {
    let places = found.items.keys().map(|path| files.join(path.as_path()));
    let mut known = places.filter(|place| place.symlink_metadata().is_ok());
    match known.next() {
        None => Ok(()),
        Some(place) => Err(Failure::new(format_args!(
            "{} is there already, and is not overwritten",
            place.display()
        ))
        .hint("declare it as it is, or move it away")),
    }
}

/// Puts the lines into the module, and gives the difference.
fn insert(
    context: &Context,
    source: &Source,
    module: &Path,
    before: &Manifest,
    lines: &str,
    targets: &BTreeSet<HomePath>,
) -> Result<String, String> {
    if module.file_name().is_some_and(|name| name == "flake.nix") {
        return Err("which of the flake's files it belongs into cannot be seen".to_owned());
    }
    let told = |error: std::io::Error| format!("{}: {error}", module.display());
    let file = fs::canonicalize(module).map_err(told)?;
    let old = fs::read_to_string(&file).map_err(told)?;
    let new = with_arguments(&old, lines)
        .ok_or_else(|| "it has no one place for more settings".to_owned())?;
    replace(&file, new.as_bytes()).map_err(told)?;
    // Only an evaluation knows what it means there.
    let wrong = match state_of(context, source) {
        Ok(after) if is_added(before, &after, targets) => {
            let shown = module.display().to_string();
            return Ok(TextDiff::from_lines(&old, &new)
                .unified_diff()
                .header(&shown, &shown)
                .to_string());
        }
        Ok(_) => "with it, the configuration would have something else".to_owned(),
        Err(why) => format!("with it, the configuration would not evaluate: {why}"),
    };
    replace(&file, old.as_bytes()).map_err(told)?;
    Err(wrong)
}

/// Links name `config`, which the module has to take.
fn with_arguments(text: &str, lines: &str) -> Option<String> {
    let new = add_to_module(text, lines)?;
    let needs = lines.contains("config.") && !text.contains("config");
    if needs && let Some(rest) = new.strip_prefix("{ ... }:") {
        return Some(format!("{{ config, ... }}:{rest}"));
    }
    Some(new)
}

/// Whether exactly these targets came.
fn is_added(before: &Manifest, after: &Manifest, targets: &BTreeSet<HomePath>) -> bool {
    let mut rest = after.clone();
    let mut old = before.clone();
    let all = targets
        .iter()
        .all(|target| rest.files.remove(target).is_some());
    for manifest in [&mut rest, &mut old] {
        // Lines below it have moved.
        manifest
            .files
            .values_mut()
            .for_each(|file| file.declared_in.clear());
        manifest
            .state
            .values_mut()
            .for_each(|state| state.declared_in.clear());
    }
    all && rest == old
}
