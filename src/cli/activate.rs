//! `nhmt activate`

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Args;

use super::args::SwapFlags;
use super::context::Context;
use super::failure::Failure;
use super::swap::{self, Request, Wanted};
use super::which_tree::home_tree;
use crate::container;
use crate::manifest::{Index, OnConflict};

/// Swap in a home tree that is built already, without evaluating anything.
///
/// Without TREE, the current generation of the profile: that fills an empty
/// home, and needs neither Nix nor a network. An empty home does not know its
/// profile when that lies elsewhere; `PROFILE/activate` does. What is in the way is backed up
/// unless `--on-conflict abort` says otherwise, because a login and a
/// deployment have nobody to ask.
#[derive(Debug, Args)]
pub(super) struct Activate {
    /// A home tree (`…-nhmt-home`)
    tree: Option<PathBuf>,
    /// What Home Manager's tools pass to a script of this name
    #[arg(long, hide = true, value_name = "VERSION")]
    driver_version: Option<String>,
    #[command(flatten)]
    flags: SwapFlags,
}

impl Activate {
    /// Begins again with the tree's home as `$HOME`, where the variable cannot
    /// be meant: tools that deploy become a user and keep that of the one who
    /// called them, and a service may have none. Nix and hooks read it too.
    pub(super) fn begin_at_home(&self) -> Result<(), Failure> {
        let Some(home) = self.home_instead() else {
            return Ok(());
        };
        let program = std::env::current_exe();
        let mut arguments = std::env::args_os();
        arguments.next();
        let error = match program {
            Ok(program) => Command::new(program)
                .args(arguments)
                .env("HOME", &home)
                .exec(),
            Err(error) => error,
        };
        let shown = home.display();
        Err(Failure::new(format_args!(
            "cannot start again with HOME={shown}: {error}"
        ))
        .hint("set $HOME to the home that the tree is for"))
    }

    fn home_instead(&self) -> Option<PathBuf> {
        let tree = self.tree.as_deref()?;
        let me = rustix::process::geteuid().as_raw();
        let is_mine = |home: &Path| home.metadata().is_ok_and(|data| data.uid() == me);
        let given = std::env::var_os("HOME");
        if container::is_inside() || given.is_some_and(|home| is_mine(Path::new(&home))) {
            return None;
        }
        Index::home_of(tree).filter(|home| is_mine(home))
    }
}

pub(super) fn run(context: &Context, args: &Activate) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    // Only then is it certain which generation is the current one.
    let lock = context.lock()?;
    let mut other = None;
    let wanted = if let Some(tree) = &args.tree {
        let tree = home_tree(tree)?;
        other = context.with_profile_of(&tree)?;
        Wanted::Tree(tree)
    } else {
        let number = context.profile().current()?.ok_or_else(|| {
            Failure::new("no generation to activate: the profile is empty")
                .hint("`nhmt realize` makes the first; or name the profile (`--profile PATH`), or a home tree: `nhmt activate TREE`")
        })?;
        Wanted::Generation(context.profile().get(number)?)
    };
    swap::run(
        other.as_ref().unwrap_or(context),
        &lock,
        &Request {
            wanted,
            flags: &args.flags,
            keeps_routes: false,
            default_policy: OnConflict::Backup,
            started,
        },
    )
}
