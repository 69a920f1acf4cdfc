//! `nhmt edit`

mod watch;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;

use super::args::SwapFlags;
use super::context::Context;
use super::diff::Shown;
use super::failure::Failure;
use super::source::{self, Source};
use super::{Code, interrupt, of_system, realize, target};
use crate::eval;
use crate::ui::{ERROR, complain, confirm};

/// Open the configuration in an editor, check it, and show what it changes.
///
/// The editor is `$VISUAL`, else `$EDITOR`, else `vi`. After an error nothing
/// in the home changes. On a terminal it offers to edit again, and to realize.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt edit
  nhmt edit --watch   realize on each save, while you edit elsewhere")]
pub(super) struct Edit {
    /// Open no editor: realize whenever a file of the configuration is saved,
    /// until a signal ends it
    #[arg(long)]
    watch: bool,
}

pub(super) fn run(context: &Context, args: &Edit) -> Result<ExitCode, Failure> {
    if context.json() {
        return Err(
            Failure::new("`nhmt edit` is for people, and prints no JSON")
                .code(Code::Usage)
                .hint("leave out `--json`"),
        );
    }
    let Some(source) = source::look_for(&context.global)? else {
        of_system::refuse_edit(context)?;
        return source::find(&context.global).map(|_| ExitCode::SUCCESS);
    };
    of_system::warn(context)?;
    let file = file_of(&source)?;
    if args.watch {
        return watch::run(context, &source, &file);
    }
    let asks = io::stdin().is_terminal();
    let look = || watch::look(context, &file);
    let before = look();
    loop {
        open(&file)?;
        if look() == before {
            context
                .ui
                .summary(format_args!("{} is as it was", file.display()));
            return Ok(ExitCode::SUCCESS);
        }
        match check(context, &source) {
            Ok(shown) => return offer(context, &source, &shown, asks),
            Err(failure) if !asks || interrupt::received().is_some() => return Err(failure),
            Err(failure) => {
                complain(format_args!("{ERROR}error:{ERROR:#} {failure}"));
                if !confirm("Edit again?")? {
                    let file = file.display();
                    return Err(Failure::new(format_args!(
                        "{file} stays as you left it, and is not realized"
                    ))
                    .code(Code::Evaluation));
                }
            }
        }
    }
}

/// The file that a person edits.
pub(super) fn file_of(source: &Source) -> Result<PathBuf, Failure> {
    match source {
        Source::Module(path) | Source::Manifest(path) => Ok(path.clone()),
        Source::Flake { reference, .. } => {
            let file = eval::flake_directory(reference).and_then(|directory| {
                let files = ["home.nix", "flake.nix"].map(|name| directory.join(name));
                files.into_iter().find(|file| file.is_file())
            });
            let file = file.and_then(|file| file.canonicalize().ok());
            file.ok_or_else(|| {
                Failure::new(format_args!(
                    "the flake {reference} is no directory of this machine"
                ))
                .hint("edit it where it lies, or name a directory: `--flake ~/dotfiles`")
            })
        }
    }
}

/// Runs the editor as other programs do: its value is a command of the shell.
fn open(file: &Path) -> Result<(), Failure> {
    let named = |name| env::var_os(name).filter(|value| !value.is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR"));
    // One that is named may need none: it is for the one who named it to know.
    if editor.is_none() && !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Failure::new(
            "no editor is named in $VISUAL or $EDITOR, and vi needs a terminal",
        )
        .hint(format!("the file is {}", file.display())));
    }
    let editor = editor.unwrap_or_else(|| OsString::from("vi"));
    let shown = editor.to_string_lossy().into_owned();
    let mut script = editor;
    script.push(" \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).arg(&shown).arg(file);
    let status = interrupt::leave_to(&mut command, None)
        .map_err(|error| Failure::new(format_args!("cannot start the editor {shown}: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format_args!(
        "the editor {shown} failed ({status}); nothing was checked"
    ))
    .hint("name another in $VISUAL or $EDITOR"))
}

/// What a realize would change.
fn check(context: &Context, source: &Source) -> Result<Shown, Failure> {
    let built = target::build(context, source, &target::Root::None)?;
    let current = context.open()?.current_tree()?;
    Shown::of(context, current, built.tree, true)
}

fn offer(
    context: &Context,
    source: &Source,
    shown: &Shown,
    asks: bool,
) -> Result<ExitCode, Failure> {
    if shown.is_empty() {
        context.ui.summary("nothing to do: the home is as it says");
        return Ok(ExitCode::SUCCESS);
    }
    shown.show(context)?;
    if asks && confirm("Realize it?")? {
        return realize(context, source);
    }
    context.ui.note("next: `nhmt realize` makes it so");
    Ok(ExitCode::SUCCESS)
}

/// What `nhmt realize` does without flags.
fn realize(context: &Context, source: &Source) -> Result<ExitCode, Failure> {
    realize::realize(context, source, &SwapFlags::default())
}
