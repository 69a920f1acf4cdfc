//! `nhmt import`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::init::{flag_for, starter};
use super::source::configuration_directory;
use super::tracked;
use super::typed_path::in_home;
use crate::eval;
use crate::import::{self, DEFAULTS, ImportError, Note, NoteKind, Rules, Stow};
use crate::manifest::HomePath;
use crate::ui::{BOLD, Ui};

/// Write a configuration that reproduces what another tool, or you, have put
/// into this home.
///
/// The files are copied beside it; nothing in the home changes. What looks
/// like a secret is left out and named.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt import home                       your dotfiles, as they are
  nhmt import home ~/.config/nvim ~/bin  only these
  nhmt import stow ~/dotfiles
  nhmt import chezmoi
  nhmt import home-manager
  nhmt diff                              and see that nothing changes")]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
    /// Where to write the configuration: an empty directory, or none yet
    /// [default: the directory where nhmt looks for one]
    #[arg(long, global = true, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Take this path of the home although it looks like a secret, or is large
    #[arg(long = "include", global = true, value_name = "PATH", action = clap::ArgAction::Append)]
    insisted: Vec<PathBuf>,
    #[command(flatten)]
    flake: FlakeFlag,
}

/// Whether a flake is written, too.
#[derive(Debug, Args)]
struct FlakeFlag {
    /// Write a flake, which finds nhmt at this reference
    #[arg(long, global = true, value_name = "REF")]
    nhmt: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Files of this home
    Home {
        /// Files and directories in the home [default: the dotfiles that people
        /// most often write themselves]
        paths: Vec<PathBuf>,
    },
    /// Packages of GNU stow
    Stow {
        /// The stow directory
        directory: PathBuf,
        /// The packages [default: those that are stowed in this home; when none
        /// is, all]
        packages: Vec<String>,
        /// `dot-` at the start of a name stands for a dot, as with stow's
        /// own flag of this name [default: when a package has such names]
        #[arg(long)]
        dotfiles: bool,
    },
    /// The source directory of chezmoi
    Chezmoi {
        /// [default: `~/.local/share/chezmoi`]
        directory: Option<PathBuf>,
    },
    /// A generation of Home Manager
    HomeManager {
        /// The generation, or its `home-files` [default: the current one]
        generation: Option<PathBuf>,
    },
}

pub(super) fn run(context: &Context, args: &Import) -> Result<ExitCode, Failure> {
    let home = context.layout().home();
    let to = match &args.to {
        Some(to) => std::path::absolute(to)
            .map_err(|error| Failure::new(format_args!("{}: {error}", to.display())))?,
        None => configuration_directory("nhmt").unwrap_or_else(|| home.join(".config/nhmt")),
    };
    let include = args.insisted.iter().map(|path| in_home(home, path));
    let rules = Rules {
        home: home.to_owned(),
        include: include.collect::<Result<_, _>>()?,
        without: vec![to.clone()],
    };
    // Before anything is read that takes time.
    import::refuse_occupied(&to).map_err(occupied)?;
    let (mut import, from) = match &args.what {
        What::Home { paths } => (files(&rules, paths)?, "this home".to_owned()),
        What::Stow {
            directory,
            packages,
            dotfiles,
        } => {
            let stow = Stow {
                directory: directory.clone(),
                packages: packages.clone(),
                dotfiles: dotfiles.then_some(true),
            };
            (
                import::stow(&rules, &stow)?,
                directory.display().to_string(),
            )
        }
        What::Chezmoi { directory } => {
            let directory = directory
                .clone()
                .unwrap_or_else(|| home.join(".local/share/chezmoi"));
            (
                import::chezmoi(&rules, &directory)?,
                directory.display().to_string(),
            )
        }
        What::HomeManager { generation } => {
            let generation = match generation {
                Some(generation) => generation.clone(),
                None => import::generation(home)?,
            };
            (
                import::home_manager(&rules, &generation)?,
                generation.display().to_string(),
            )
        }
    };
    if import.items.is_empty() {
        tell(context.ui, &import.notes);
        return Err(ImportError::Nothing(PathBuf::from(from)).into());
    }
    let head = [
        "A home, as `nhmt import` found it. The files lie in `files`, each at its".to_owned(),
        "place in the home. This text and they are yours to change.".to_owned(),
    ];
    let flake = args.flake.nhmt.as_deref();
    let more: Vec<_> = flake
        .map(|nhmt| ("flake.nix", starter::flake(nhmt, &starter::user(home))))
        .into_iter()
        .collect();
    let written = import::write(&mut import, &rules, &to, &head, &more)?;
    if flake.is_some() {
        let reference = eval::reference_of(&written.directory);
        let all = std::slice::from_ref(&written.directory);
        if let Err(why) = tracked::make_seen(context.ui, &reference, all) {
            context.ui.warning(why);
        }
    }
    if context.json() {
        context.ui.result(json!({
            "path": written.directory,
            "entries": written.entries,
            "notes": import.notes,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    tell(context.ui, &import.notes);
    let entries = match written.entries {
        1 => "1 entry".to_owned(),
        number => format!("{number} entries"),
    };
    let place = written.directory.display();
    context
        .ui
        .summary(format_args!("{place}: a configuration with {entries}"));
    context.ui.note(next(&written.directory));
    Ok(ExitCode::SUCCESS)
}

/// What to do next, with the configuration in `directory`.
fn next(directory: &Path) -> String {
    let named = flag_for(directory);
    format!("next: `nhmt diff{named}` shows what would change, `nhmt realize{named}` takes over")
}

fn files(rules: &Rules, paths: &[PathBuf]) -> Result<import::Import, Failure> {
    if paths.is_empty() {
        let all = DEFAULTS.iter().filter_map(|path| HomePath::new(path).ok());
        return Ok(import::live(rules, &all.collect::<Vec<_>>(), false)?);
    }
    let typed = paths.iter().map(|path| in_home(&rules.home, path));
    let typed = typed.collect::<Result<Vec<_>, _>>()?;
    Ok(import::live(rules, &typed, true)?)
}

pub(super) fn occupied(error: ImportError) -> Failure {
    let is_occupied = matches!(error, ImportError::NotEmpty(_));
    let failure = Failure::new(error);
    if is_occupied {
        failure.hint("name another directory with `--to DIR`, or move this one away")
    } else {
        failure
    }
}

/// What was left out, and what is otherwise, by kind.
pub(super) fn tell(ui: Ui, notes: &[Note]) {
    let mut kinds: BTreeMap<NoteKind, Vec<&Note>> = BTreeMap::new();
    for note in notes {
        kinds.entry(note.kind).or_default().push(note);
    }
    for (kind, notes) in kinds {
        let head = match kind {
            NoteKind::Secret => {
                "left out, for they look like secrets (`--include PATH` takes one):"
            }
            NoteKind::LeftOut => "left out:",
            NoteKind::Rendered => "taken as they are on this machine:",
            NoteKind::Remark => "taken, but:",
        };
        ui.note(format_args!("{BOLD}{head}{BOLD:#}"));
        for note in notes {
            ui.note(format_args!("  {}: {}", note.path, note.why));
        }
    }
}
