//! The arguments of the command line. The doc comments are the help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    activate, backups, build, completions, delete_generations, diff, internal, realize, rollback,
    select_generation, why,
};
use crate::manifest::OnConflict;
use crate::ui::Color;

/// A declarative $HOME: the whole home is built as one store path and swapped
/// in by one rename.
#[derive(Debug, Parser)]
#[command(name = "nhmt", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Global {
    /// The configuration: a `.nix` file, a directory with `flake.nix` or
    /// `home.nix`, or a manifest (`*.json`)
    ///
    /// Without it, and without `--flake`, the configuration is `$NHMT_CONFIG`,
    /// else `nhmt/flake.nix` or `nhmt/home.nix` in the configuration directory
    /// (`$XDG_CONFIG_HOME`, or `~/.config`).
    #[arg(
        short,
        long,
        global = true,
        value_name = "PATH",
        conflicts_with = "flake"
    )]
    pub file: Option<PathBuf>,
    /// A flake with `nhmtConfigurations`, as `REF` or `REF#NAME`
    #[arg(long, global = true, value_name = "REF")]
    pub flake: Option<String>,
    /// The home directory to work on, instead of `$HOME`
    ///
    /// It overrides `home.homeDirectory` of the configuration; state directory
    /// and profile follow it.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// The profile that generations are kept in
    /// [default: <home>/.local/state/nix/profiles/nhmt]
    #[arg(long, global = true, value_name = "PATH")]
    pub profile: Option<PathBuf>,
    /// Print one JSON value on standard output, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// What builds the home tree [default: nix, and local for a manifest]
    #[arg(long, global = true, value_name = "STORE")]
    pub backend: Option<Backend>,
    /// Fail at once when another nhmt works on this home, instead of waiting
    #[arg(long, global = true)]
    pub no_wait: bool,
    #[command(flatten)]
    pub nix: NixFlags,
}

/// Flags that go to Nix as they are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options passed to Nix")]
pub(super) struct NixFlags {
    /// Print the logs of builds
    #[arg(short = 'L', long, global = true)]
    pub print_build_logs: bool,
    /// Print Nix's whole trace of an evaluation error
    #[arg(long, global = true)]
    pub show_trace: bool,
    /// Let a flake look at the environment
    #[arg(long, global = true)]
    pub impure: bool,
    /// Take INPUT of the flake from REF
    #[arg(long, global = true, num_args = 2, value_names = ["INPUT", "REF"], action = clap::ArgAction::Append)]
    pub override_input: Vec<String>,
    /// Set an option of nix.conf for this run
    #[arg(long, global = true, num_args = 2, value_names = ["NAME", "VALUE"], action = clap::ArgAction::Append)]
    pub option: Vec<String>,
    /// Use the store at this URL or folder
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// Add an entry to the search path of `<…>`
    #[arg(short = 'I', global = true, value_name = "PATH", action = clap::ArgAction::Append)]
    pub include: Vec<String>,
}

/// What builds a home tree, and keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Backend {
    /// Nix and its store.
    Nix,
    /// nhmt itself, with a store below the home.
    Local,
}

/// What every command takes that changes the home.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SwapFlags {
    /// Show what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Show the difference and ask before changing anything
    #[arg(short, long)]
    pub ask: bool,
    /// What to do with files in the way that nhmt did not put there
    #[arg(long, value_name = "POLICY")]
    pub on_conflict: Option<OnConflict>,
    /// Back up files in the way; the same as `--on-conflict backup`
    ///
    /// An extension, as Home Manager takes it, is accepted and not used:
    /// backups go to the state directory, never beside the file.
    #[arg(short, long, value_name = "EXT", num_args = 0..=1, default_missing_value = "", conflicts_with = "on_conflict")]
    pub backup: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the configuration and swap it into the home
    #[command(visible_alias = "switch")]
    Realize(realize::Realize),
    /// Build the home tree, and leave the home as it is
    Build(build::Build),
    /// Show what differs between the home and the configuration, or between generations
    Diff(diff::Diff),
    /// Go back to the generation before the current one
    Rollback(rollback::Rollback),
    /// List the generations
    #[command(visible_alias = "generations")]
    ListGenerations,
    /// Go to a generation by its number
    SelectGeneration(select_generation::SelectGeneration),
    /// Delete generations that are not current
    #[command(visible_alias = "expire-generations")]
    DeleteGenerations(delete_generations::DeleteGenerations),
    /// Show the current generation, and what no longer is as it left it
    Status,
    /// Say where a managed path comes from
    Why(why::Why),
    /// Swap in a home tree that is built already, without evaluating anything
    Activate(activate::Activate),
    /// List, restore and expire what was moved out of the way
    Backups(backups::BackupsCommand),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    #[command(hide = true)]
    Internal(internal::InternalCommand),
}
