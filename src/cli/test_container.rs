//! `nhmt test-container`

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::ArgValueCandidates;
use rustix::io::{FdFlags, fcntl_setfd};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::Code;
use super::args::{Backend, Global};
use super::complete;
use super::container_state::State;
use super::container_view::Shares;
use super::context::Context;
use super::failure::Failure;
use super::left_behind::{self, LeftBehind};
use super::scratch::Scratch;
use super::select_generation::number;
use super::{container_view, interrupt, keeper, source, target};
use crate::container::{
    self, Bubblewrap, Container, Foreground, Identity, Invocation, Kind, Session, System,
};
use crate::generation::Number;
use crate::manifest::{HomeSpec, Index, Manifest};
use crate::tree::diff::read_manifest;

/// Enter the configuration in a throwaway home, without touching your own.
///
/// The home is built as `nhmt realize` builds it, and activated in a container
/// that bubblewrap makes: no root is needed, and nothing of your home is seen
/// or changed. All that is written to the home inside is gone at the end.
/// Runs a login shell, or COMMAND, and ends with its exit code.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  nhmt test-container                       look around in a shell
  nhmt test-container -- vim -c ':checkhealth'
  nhmt test-container --bind-ro ~/src       with your sources to look at
  nhmt test-container --ephemeral           live in it")]
pub(super) struct TestContainer {
    /// Enter this generation instead of the configuration
    #[arg(long, value_name = "NUMBER", value_parser = number, add = ArgValueCandidates::new(complete::generations))]
    generation: Option<Number>,
    /// Live in it: with network, displays, devices, and all of the machine
    /// but your home
    #[arg(long)]
    ephemeral: bool,
    /// With the network
    #[arg(long)]
    net: bool,
    #[command(flatten)]
    shares: Shares,
    /// Build, print the command that starts the container, and start nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// What to run instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(global: Global, args: &TestContainer) -> Result<ExitCode, Failure> {
    if cfg!(not(target_os = "linux")) {
        return Err(container::Refusal::not_linux(env::consts::OS).into());
    }
    if global.json && !args.dry_run {
        return Err(
            Failure::new("standard output is the command's: there is no JSON of this one")
                .code(Code::Usage)
                .hint("with `--dry-run`, `--json` prints how the container would be started"),
        );
    }
    // What would stop it later is said before anything is built.
    let bubblewrap = Bubblewrap::find(&env::var_os("PATH").unwrap_or_default())?;
    let scratch = Scratch::new()?;
    let entered = match args.generation {
        Some(number) => generation(global, number)?,
        None => configuration(global, &scratch)?,
    };
    let prepared = Prepared::new(args, &bubblewrap, &scratch, &entered)?;
    let inside = enter(args, &entered, prepared.invocation.keeps_state());
    if args.dry_run {
        prepared.show(&entered, &inside);
        return Ok(ExitCode::SUCCESS);
    }
    prepared.start(&inside)
}

/// The home tree to enter, and what keeps it from being collected meanwhile.
struct Entered {
    context: Context,
    tree: PathBuf,
    home: HomeSpec,
    /// What managed links lead to outside of the tree and its store.
    live: Vec<PathBuf>,
    state: State,
    _kept: Box<dyn std::any::Any>,
}

impl Entered {
    fn new(context: Context, tree: PathBuf, kept: Box<dyn std::any::Any>) -> Result<Self, Failure> {
        let index = Index::read(&tree)?;
        let Manifest {
            mut home, files, ..
        } = read_manifest(&tree)?;
        if let Some(directory) = index.home() {
            directory.clone_into(&mut home.directory);
        }
        check_home(&home.directory)?;
        Ok(Self {
            context,
            tree,
            home,
            live: container_view::live_sources(files),
            state: State::of(&index),
            _kept: kept,
        })
    }
}

/// The configuration, built. A tree without Nix goes to a store that is thrown
/// away, too: the one below the home is the home's.
fn configuration(global: Global, scratch: &Scratch) -> Result<Entered, Failure> {
    let source = source::find(&global)?;
    let context = Context::elsewhere(global, scratch.path().join("store"))?;
    check_home(context.layout().home())?;
    let built = target::build(&context, &source, &target::Root::Pending)?;
    let tree = built.tree.clone();
    Entered::new(context, tree, Box::new(built))
}

fn generation(global: Global, number: Number) -> Result<Entered, Failure> {
    let given = [
        (global.file.is_some(), "--file"),
        (global.flake.is_some(), "--flake"),
        (global.backend == Some(Backend::Local), "--backend"),
    ];
    if let Some((_, flag)) = given.iter().find(|(is_given, _)| *is_given) {
        return Err(Failure::new(format_args!(
            "`--generation` enters what is built already, and `{flag}` says what to build"
        ))
        .code(Code::Usage)
        .hint("leave out one of them"));
    }
    let context = Context::new(global)?;
    let link = context.profile().link_path(number);
    if let Err(error) = fs::metadata(link.join("index"))
        && error.kind() == io::ErrorKind::PermissionDenied
    {
        let tree = fs::read_link(&link).unwrap_or(link);
        let tree = tree.display();
        return Err(
            Failure::new(format_args!("cannot read the home tree {tree}: {error}"))
                .hint("the store that it lies in has to be readable for you"),
        );
    }
    let tree = context.profile().get(number)?.tree;
    let store = keeper::local(&context);
    if tree.starts_with(store.dir()) {
        let hold = store.hold()?;
        return Entered::new(context, tree, Box::new(hold));
    }
    Entered::new(context, tree, Box::new(()))
}

/// A home that would hide what programs need.
fn check_home(home: &Path) -> Result<(), Failure> {
    let shown = home.display();
    let failure = |what: String| {
        Err(Failure::new(what).hint(
            "correct `home.homeDirectory` (in a manifest: `home.directory`), or override it with `--home DIR`",
        ))
    };
    if !home.is_absolute() {
        return failure(format!(
            "the home directory {shown} is not an absolute path"
        ));
    }
    match Container::hidden_by(home) {
        Some(needed) => failure(format!(
            "{shown} cannot be the home directory of a container: an empty home there would hide {}",
            needed.display()
        )),
        None => Ok(()),
    }
}

struct Prepared {
    invocation: Invocation,
    executable: PathBuf,
    left: Option<LeftBehind>,
}

impl Prepared {
    fn new(
        args: &TestContainer,
        bubblewrap: &Bubblewrap,
        scratch: &Scratch,
        entered: &Entered,
    ) -> Result<Self, Failure> {
        let executable = target::executable()?;
        let real_home = env::var_os("HOME")
            .map(PathBuf::from)
            .filter(|home| home.is_absolute());
        let kind = if args.ephemeral {
            Kind::Ephemeral
        } else {
            Kind::Test
        };
        let keeps_state = args.shares.real_state(kind) && !entered.state.is_empty();
        let left = keeps_state.then(LeftBehind::new).transpose()?;
        let uid = rustix::process::getuid().as_raw();
        let shell = shell();
        let who = Identity {
            name: entered.home.username.clone(),
            uid,
            gid: rustix::process::getgid().as_raw(),
            home: entered.home.directory.clone(),
            shell: shell.clone(),
        };
        let mut container = Container {
            kind,
            home: entered.home.directory.clone(),
            real_home: real_home.clone(),
            executable: executable.clone(),
            shown: container_view::shown(&entered.tree, &entered.live),
            instead: container_view::identity_files(&who, scratch)?,
            state: Vec::new(),
            persisted: Vec::new(),
            left: left.as_ref().map(|left| left.path().to_owned()),
            roots: Vec::new(),
            net: args.net || args.ephemeral,
            uid,
        };
        let net = container.net;
        let session = Session {
            kind,
            net,
            user: &entered.home.username,
            home: &entered.home.directory,
            real_home: real_home.as_deref(),
            shell: &shell,
            uid,
        };
        let mut environment = container::environment(&session, env::vars_os());
        if let Some(cookie) = container_view::display_cookie(kind, real_home.as_deref()) {
            let inside = "/.nhmt/Xauthority";
            container.instead.push((cookie, inside.into()));
            environment.insert("XAUTHORITY".into(), inside.into());
        }
        let filter = match container::filter() {
            Some(program) => Some(scratch.file("filter", &program)?),
            None => None,
        };
        let overlays = || bubblewrap.version() >= Some(Bubblewrap::OVERLAYS);
        let copies_state = !args.shares.real_state(kind) && entered.state.would_overlay();
        let mut overlay = (args.shares.have_copies() || copies_state) && overlays();
        let ui = entered.context.ui;
        loop {
            let (home, state) = (&entered.home.directory, &entered.state);
            let state = match (args.shares.real_state(kind), args.dry_run) {
                (true, true) => state.as_it_is(home),
                (true, false) => state.real(home)?,
                (false, _) => state.throwaway(home, overlay, scratch, ui)?,
            };
            (container.state, container.persisted) = (state.roots, state.mounted);
            container.roots = args.shares.roots(overlay, scratch)?;
            let mounts = container.mounts(&System::here());
            let invocation = Invocation::new(
                bubblewrap,
                &container,
                &mounts,
                environment.clone(),
                filter.clone(),
            );
            let nothing = [container::EXECUTABLE, "--version"].map(OsString::from);
            match invocation.try_out(&nothing) {
                Ok(()) => {
                    return Ok(Self {
                        invocation,
                        executable,
                        left,
                    });
                }
                // A kernel before 5.11 has them for root alone.
                Err(refusal) if overlay && refusal.message.contains("overlay") => overlay = false,
                Err(_) if args.dry_run => {
                    return Ok(Self {
                        invocation,
                        executable,
                        left,
                    });
                }
                Err(refusal) => return Err(refusal.into()),
            }
        }
    }

    fn show(&self, entered: &Entered, inside: &[OsString]) {
        let ui = entered.context.ui;
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        if entered.context.json() {
            let words = self.invocation.words(inside);
            let variables = self.invocation.environment().iter();
            ui.result(json!({
                "home": entered.home.directory,
                "path": entered.tree,
                "command": words.iter().map(text).collect::<Vec<_>>(),
                "environment": variables
                    .map(|(name, value)| (text(name), json!(text(value))))
                    .collect::<serde_json::Map<_, _>>(),
            }));
        } else {
            ui.result(text(&self.invocation.line(inside)));
        }
    }

    fn start(&self, inside: &[OsString]) -> Result<ExitCode, Failure> {
        let foreground = Foreground::now();
        let cannot = |error: io::Error| {
            Failure::new(format_args!(
                "cannot run /bin/sh, which starts bubblewrap: {error}"
            ))
        };
        let mut inside = inside.to_owned();
        // Both ends live as long as nhmt.
        let (end, told) = if self.invocation.keeps_state() {
            let (told, end) = io::pipe().map_err(cannot)?;
            fcntl_setfd(&told, FdFlags::empty()).map_err(|errno| cannot(errno.into()))?;
            let flag = ["--keep-state".into(), told.as_raw_fd().to_string().into()];
            let left = self
                .left
                .iter()
                .flat_map(|left| left_behind::flag(left.path()));
            let at = inside.iter().position(|word| word == "--");
            let at = at.unwrap_or(inside.len());
            inside.splice(at..at, flag.into_iter().chain(left));
            (Some(end), Some(told))
        } else {
            (None, None)
        };
        let status = interrupt::leave_to(&mut self.invocation.command(&inside), end);
        drop(told);
        let status = status.map_err(cannot)?;
        if let Some(foreground) = foreground {
            foreground.restore(&self.executable);
        }
        Ok(super::exit_code(status))
    }
}

/// What runs inside: nhmt, which activates the home, and then the command.
fn enter(args: &TestContainer, entered: &Entered, lasting: bool) -> Vec<OsString> {
    let mut words: Vec<OsString> = [container::EXECUTABLE, "internal", "enter"]
        .map(Into::into)
        .into();
    words.push(entered.home.directory.clone().into());
    words.push(entered.tree.clone().into());
    // Those that were ignored before stay so.
    let ignored: &[i32] = if lasting {
        &[SIGINT, SIGQUIT, SIGHUP, SIGTERM]
    } else {
        &interrupt::KEYS
    };
    for signal in interrupt::not_ignored(ignored) {
        words.extend(["--default-signal".into(), signal.to_string().into()]);
    }
    if entered.context.global.verbose {
        words.push("--summary".into());
    }
    if !args.command.is_empty() {
        words.push("--".into());
        words.extend_from_slice(&args.command);
    }
    words
}

/// The shell that the person uses.
fn shell() -> PathBuf {
    let named = env::var_os("SHELL").map(PathBuf::from);
    named
        .filter(|shell| shell.is_absolute())
        .unwrap_or_else(|| "/bin/sh".into())
}
