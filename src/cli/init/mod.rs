//! `nhmt init`

pub(super) mod starter;

use std::fs::{self, OpenOptions};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::Code;
use super::context::Context;
use super::failure::Failure;
use super::source::{IN_DIRECTORY, configuration_directory};
use super::tracked;
use crate::ending::uncut;
use crate::eval;
use crate::ui::{answer, confirm};

/// Write a configuration to start with.
///
/// It keeps your shells' startup files as they are, but for a marked block, so
/// that the first `nhmt realize` finds nothing in its way. Nothing is ever
/// overwritten. On a terminal it asks what no flag says.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt init                    ~/.config/nhmt/home.nix
  nhmt init --use-home-manager use ~/.config/home-manager as it is
  nhmt init ~/dotfiles --kind flake --nhmt path:/home/alice/src/nhmt")]
pub(super) struct Init {
    /// Where to write it [default: the directory where nhmt looks for one]
    directory: Option<PathBuf>,
    /// A module alone, or a flake with one
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
    /// Where a flake finds nhmt, such as `path:/home/alice/src/nhmt`
    #[arg(long, value_name = "REF")]
    nhmt: Option<String>,
    /// Use the configuration in `~/.config/home-manager`, as it is
    #[arg(long, conflicts_with_all = ["kind", "nhmt", "new"])]
    use_home_manager: bool,
    /// Write a new one, although there is one for Home Manager
    #[arg(long)]
    new: bool,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// `home.nix`
    Plain,
    /// `flake.nix` and `home.nix`
    Flake,
}

pub(super) fn run(context: &Context, args: &Init) -> Result<ExitCode, Failure> {
    if context.global.flake.is_some() || context.global.file.is_some() {
        return Err(Failure::new(
            "`nhmt init` writes a configuration, and `--file` and `--flake` name one that is there",
        )
        .code(Code::Usage)
        .hint("name the directory alone: `nhmt init DIR`; for a flake add `--kind flake`"));
    }
    let home = context.layout().home();
    let usual = configuration_directory("nhmt").unwrap_or_else(|| home.join(".config/nhmt"));
    let directory = match &args.directory {
        Some(directory) => std::path::absolute(directory)
            .map_err(|error| Failure::new(format_args!("{}: {error}", directory.display())))?,
        None => usual.clone(),
    };
    refuse_known(&directory)?;
    let asks = std::io::stdin().is_terminal() && !context.json();
    let other = home_managers(&usual);
    if let Some(other) = &other
        && !args.new
        && args.directory.is_none()
    {
        let question = format!(
            "{} has a configuration for Home Manager. Use it?",
            other.display()
        );
        if args.use_home_manager || (asks && args.kind.is_none() && confirm(&question)?) {
            return use_it(context, other, &directory);
        }
        context.ui.note(format_args!(
            "{} has a configuration for Home Manager; `nhmt init --use-home-manager` uses it as it is",
            other.display()
        ));
    }
    if args.use_home_manager {
        return Err(no_home_manager(&usual));
    }
    let kind = match (args.kind, &args.nhmt) {
        (Some(kind), _) => kind,
        (None, Some(_)) => Kind::Flake,
        (None, None) if asks && confirm("Write a flake?")? => Kind::Flake,
        (None, None) => Kind::Plain,
    };
    let nhmt = match &args.nhmt {
        None if kind == Kind::Flake && asks => Some(answer(
            "Where does it find nhmt? A flake reference, such as path:/home/alice/src/nhmt:",
        )?),
        given => given.clone(),
    };
    write(
        context,
        &directory,
        kind,
        nhmt.filter(|nhmt| !nhmt.is_empty()).as_deref(),
    )
}

/// A directory with a configuration in it is left as it is.
fn refuse_known(directory: &Path) -> Result<(), Failure> {
    let mut names = IN_DIRECTORY.iter().map(|name| directory.join(name));
    match names.find(|path| path.symlink_metadata().is_ok()) {
        None => Ok(()),
        Some(known) => Err(Failure::new(format_args!(
            "there is a configuration already: {}",
            known.display()
        ))
        .hint("`nhmt edit` opens the one in use; `nhmt init DIR` writes another elsewhere")),
    }
}

/// The configuration of Home Manager, when there is one.
fn home_managers(usual: &Path) -> Option<PathBuf> {
    let directory = usual.parent()?.join("home-manager");
    let has = |name: &str| directory.join(name).is_file();
    (has("flake.nix") || has("home.nix")).then_some(directory)
}

fn no_home_manager(usual: &Path) -> Failure {
    let directory = usual.with_file_name("home-manager");
    Failure::new(format_args!(
        "no configuration for Home Manager: {} has neither a flake.nix nor a home.nix",
        directory.display()
    ))
    .hint("leave out `--use-home-manager` to write a new one; one elsewhere is used with `-f PATH` or `--flake REF`")
}

/// Makes `directory` a link to the configuration of Home Manager.
fn use_it(context: &Context, other: &Path, directory: &Path) -> Result<ExitCode, Failure> {
    let wrong = |error| cannot_write(directory, &error);
    // Only an empty one goes.
    if directory.is_dir() && !directory.is_symlink() {
        fs::remove_dir(directory).map_err(wrong)?;
    }
    symlink("home-manager", directory).map_err(wrong)?;
    if context.json() {
        context
            .ui
            .result(json!({ "path": directory, "leads_to": other, "written": [] }));
    } else {
        context.ui.summary(format_args!(
            "{} leads to {} now",
            directory.display(),
            other.display()
        ));
        context
            .ui
            .note("next: `nhmt diff` shows what it means, `nhmt realize` makes it so;");
        context.ui.note(
            "nhmt's modules evaluate it, with the flag `--home-manager` Home Manager's own do",
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn write(
    context: &Context,
    directory: &Path,
    kind: Kind,
    nhmt: Option<&str>,
) -> Result<ExitCode, Failure> {
    let home = context.layout().home();
    let mut texts = Vec::new();
    if kind == Kind::Flake {
        let Some(nhmt) = nhmt else {
            return Err(Failure::new("a flake has to say where it finds nhmt")
                .code(Code::Usage)
                .hint("name it as a flake reference: `--nhmt path:/home/alice/src/nhmt`"));
        };
        texts.push(("flake.nix", starter::flake(nhmt, &starter::user(home))));
    }
    let mut startups = starter::startups(|path| home.join(path).symlink_metadata().is_ok());
    startups.retain(|one| {
        let place = home.join(one.path);
        let others = place.is_symlink() || place.exists() && !place.is_file();
        if others {
            context.ui.note(format_args!(
                "~/{} is no plain file, and gets no block; let it read ~/.local/share/nhmt/session.sh yourself",
                one.path
            ));
        }
        !others
    });
    texts.push(("home.nix", starter::home(&startups)));
    fs::create_dir_all(directory).map_err(|error| cannot_write(directory, &error))?;
    let mut written = Vec::new();
    for (name, text) in texts {
        let path = directory.join(name);
        uncut(|| create(&path, &text)).map_err(|error| cannot_write(&path, &error))?;
        written.push(path);
    }
    if kind == Kind::Flake
        && let Err(why) = tracked::make_seen(context.ui, &eval::reference_of(directory), &written)
    {
        context.ui.warning(why);
    }
    if context.json() {
        context
            .ui
            .result(json!({ "path": directory, "written": written }));
        return Ok(ExitCode::SUCCESS);
    }
    for path in &written {
        context.ui.summary(format_args!("wrote {}", path.display()));
    }
    context.ui.note(format_args!(
        "next: `nhmt realize{} --ask` shows what it means, and asks",
        flag_for(directory)
    ));
    Ok(ExitCode::SUCCESS)
}

/// What a command needs to take the configuration in `directory`: nothing for
/// the one where it looks by itself.
pub(super) fn flag_for(directory: &Path) -> String {
    let real = |path: &Path| path.canonicalize().ok();
    let usual = configuration_directory("nhmt").and_then(|usual| real(&usual));
    if usual.is_some() && usual == real(directory) {
        return String::new();
    }
    format!(" -f {}", eval::quoted(&directory.to_string_lossy()))
}

/// A file where none is.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format_args!("cannot write {}: {error}", path.display()))
}
