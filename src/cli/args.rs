//! The arguments of the command line. The doc comments are the help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    activate, add, backups, build, completions, delete_generations, diff, doctor, edit, import,
    init, internal, options, packages, persist, re_add, realize, repl, rollback, secrets,
    select_generation, status, test_container, uninstall, why, wipe,
};
use crate::manifest::OnConflict;
use crate::ui::Color;

/// Builds a home directory from a configuration, and switches it as a whole.
///
/// The whole home is built as one store path and swapped in by one rename.
/// Every version of it is a generation that can be shown, compared and gone
/// back to. Files in the way are never overwritten.
#[derive(Debug, Parser)]
#[command(name = "nhmt", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  nhmt realize --dry-run   show what the configuration would change
  nhmt realize             build it and swap it in
  nhmt status              see what no longer is as nhmt left it
  nhmt rollback            go back to the generation before";

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line was not understood
  3  something is in the way, and nothing was changed
  4  the configuration did not evaluate or build";

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Global {
    /// The configuration: a `.nix` file, a manifest (`*.json`), or a directory
    /// with `flake.nix`, `home.nix` or `home.json`
    ///
    /// Without it, and without `--flake`, the configuration is `$NHMT_CONFIG`
    /// or `$NHMT_FLAKE`, else `nhmt/flake.nix`, `nhmt/home.nix` or
    /// `nhmt/home.json` in the configuration directory (`$XDG_CONFIG_HOME`, or
    /// `~/.config`), else `home-manager/flake.nix` there.
    #[arg(
        short,
        long,
        global = true,
        value_name = "PATH",
        conflicts_with = "flake"
    )]
    pub file: Option<PathBuf>,
    /// A flake with `nhmtConfigurations` or `homeConfigurations`, as `REF` or
    /// `REF#NAME`
    ///
    /// REF is a directory (`.`, `~/dotfiles`) or a reference such as
    /// `github:alice/dotfiles`; without it, the flake of the current directory,
    /// else the default one. Without NAME it is `USER@HOST`, else `USER`. In a
    /// shell the whole wants quotes: `'.#alice'`.
    #[arg(long, global = true, value_name = "REF")]
    pub flake: Option<String>,
    /// The file is a module of Home Manager, whose sources are in DIR, or
    /// `<home-manager>`
    ///
    /// A file with what `homeManagerConfiguration` gives needs no flag.
    #[arg(long, global = true, value_name = "DIR", num_args = 0..=1, require_equals = true, conflicts_with = "flake")]
    #[expect(clippy::option_option, reason = "the flag, and its value")]
    pub home_manager: Option<Option<PathBuf>>,
    /// The variant of the configuration, one of its `specialisation.<name>`
    #[arg(long, global = true, value_name = "NAME", alias = "specialization")]
    pub specialisation: Option<String>,
    /// The home directory to work on, instead of `$HOME`
    ///
    /// It overrides `home.homeDirectory` of the configuration; state directory
    /// and profile follow it.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Where the generations are kept
    /// [default: ~/.local/state/nix/profiles/nhmt]
    #[arg(long, global = true, value_name = "PATH")]
    pub profile: Option<PathBuf>,
    /// Print one JSON value on standard output, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more: texts of new and removed files, Nix's own words on an error
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// What builds and keeps the home [default: nix, for a manifest local]
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
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct NixFlags {
    /// Print the logs of builds
    #[arg(short = 'L', long, global = true)]
    pub print_build_logs: bool,
    /// Print the whole way that Nix went to an error in the configuration
    #[arg(long, global = true)]
    pub show_trace: bool,
    /// Let a flake read environment variables and files outside of it
    #[arg(long, global = true)]
    pub impure: bool,
    /// Take INPUT of the flake from REF
    #[arg(long, global = true, num_args = 2, value_names = ["INPUT", "REF"], action = clap::ArgAction::Append)]
    pub override_input: Vec<String>,
    /// Take the newest version of INPUT of the flake, and lock that
    #[arg(long, global = true, value_name = "INPUT", action = clap::ArgAction::Append)]
    pub update_input: Vec<String>,
    /// Take the newest version of every input of the flake, and lock these
    #[arg(long, global = true)]
    pub recreate_lock_file: bool,
    /// Fail when the lock file of the flake lacks something
    #[arg(long, global = true)]
    pub no_update_lock_file: bool,
    /// Do not write the lock file of the flake
    #[arg(long, global = true)]
    pub no_write_lock_file: bool,
    /// Commit the lock file of the flake when it was changed
    #[arg(long, global = true)]
    pub commit_lock_file: bool,
    /// Do not look up short names of flakes
    #[arg(long, global = true, visible_alias = "no-use-registries")]
    pub no_registries: bool,
    /// Look again for newer versions of what was downloaded
    #[arg(long, global = true)]
    pub refresh: bool,
    /// Take what was downloaded before, and ask no network
    #[arg(
        long,
        global = true,
        conflicts_with = "refresh",
        visible_alias = "no-net"
    )]
    pub offline: bool,
    /// Set an option of nix.conf for this run
    #[arg(long, global = true, num_args = 2, value_names = ["NAME", "VALUE"], action = clap::ArgAction::Append)]
    pub option: Vec<String>,
    /// Use the store at this URL or folder
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// Add a place to look for `<nixpkgs>` and its like, as PATH or NAME=PATH
    #[arg(short = 'I', global = true, value_name = "PATH", action = clap::ArgAction::Append)]
    pub include: Vec<String>,
}

impl NixFlags {
    /// Those that are about the lock file of a flake, as Nix takes them.
    pub fn locks(&self) -> Vec<String> {
        let mut words = Vec::new();
        for two in self.override_input.chunks_exact(2) {
            words.extend(["--override-input", &two[0], &two[1]].map(str::to_owned));
        }
        for input in &self.update_input {
            words.extend(["--update-input", input].map(str::to_owned));
        }
        let flags = [
            (self.recreate_lock_file, "--recreate-lock-file"),
            (self.no_update_lock_file, "--no-update-lock-file"),
            (self.no_write_lock_file, "--no-write-lock-file"),
            (self.commit_lock_file, "--commit-lock-file"),
        ];
        let given = flags.into_iter().filter(|(given, _)| *given);
        words.extend(given.map(|(_, flag)| flag.to_owned()));
        words
    }
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
    #[arg(short = 'n', long, overrides_with = "dry_run")]
    pub dry_run: bool,
    /// Show the difference, and ask before changing anything
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
    #[command(visible_alias = "switch")]
    Realize(realize::Realize),
    Build(build::Build),
    Diff(diff::Diff),
    Rollback(rollback::Rollback),
    /// List the generations
    #[command(visible_alias = "generations")]
    ListGenerations,
    SelectGeneration(select_generation::SelectGeneration),
    #[command(visible_alias = "expire-generations")]
    DeleteGenerations(delete_generations::DeleteGenerations),
    Packages(packages::ListPackages),
    Status(status::Status),
    Options(options::Options),
    Repl(repl::Repl),
    Why(why::Why),
    Init(init::Init),
    Edit(edit::Edit),
    Add(add::Add),
    ReAdd(re_add::ReAdd),
    Import(import::Import),
    Activate(activate::Activate),
    Backups(backups::BackupsCommand),
    Persist(persist::Persist),
    Secrets(secrets::Secrets),
    TestContainer(test_container::TestContainer),
    Wipe(wipe::Wipe),
    Uninstall(uninstall::Uninstall),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    #[command(hide = true)]
    Internal(internal::InternalCommand),
}
