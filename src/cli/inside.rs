//! What nhmt does inside a container that [`super::test_container`] starts:
//! activate the home, take up its session, become the command.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, RawFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use clap::Args;
use rustix::fs::{Access, access};
use signal_hook::consts::SIGTTOU;

use super::failure::Failure;
use super::take_back;
use crate::container::{self, EXECUTABLE};
use crate::home::Layout;
use crate::ui::{ERROR, complain};

/// Activate a home in a container, and run a command in its session
#[derive(Debug, Clone, Args)]
pub(super) struct Enter {
    /// The home directory
    directory: PathBuf,
    tree: PathBuf,
    /// Signals that bubblewrap ignores and the command does not
    #[arg(long)]
    default_signal: Vec<i32>,
    /// Show what is activated
    #[arg(long)]
    summary: bool,
    /// Take back what programs replace of the persisted files; the descriptor
    /// says when it has to end
    #[arg(long, value_name = "DESCRIPTOR")]
    keep_state: Option<RawFd>,
    /// Where, outside, what cannot be taken back is put
    #[arg(long, value_name = "DIRECTORY")]
    left: Option<PathBuf>,
    #[arg(last = true)]
    command: Vec<OsString>,
}

/// Become a command, or a shell
#[derive(Debug, Clone, Args)]
pub(super) struct Exec {
    #[arg(last = true)]
    command: Vec<OsString>,
}

/// Give the terminal to a group of processes
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct TakeForeground {
    group: i32,
}

/// Where a home keeps the variables of the session.
const SESSION: &str = ".local/share/nhmt/session.sh";

/// Takes up the session, as a login would, and becomes the rest of the words.
/// A process in the background that takes the terminal is stopped, unless it
/// ignores the signal.
const TAKE_UP: &str = r#"[ ! -r "$1" ] || . "$1"; shift; trap '' TTOU; exec "$@""#;

/// Shells, what each reads at a login, and where it takes a line best.
const PROFILES: [(&str, &[&str], &str); 5] = [
    (
        "bash",
        &[".bash_profile", ".bash_login", ".profile"],
        ".profile",
    ),
    ("sh", &[".profile"], ".profile"),
    ("dash", &[".profile"], ".profile"),
    ("ksh", &[".profile"], ".profile"),
    (
        "zsh",
        &[".zshenv", ".zprofile", ".zlogin", ".zshrc"],
        ".zprofile",
    ),
];

/// The exit codes of shells for a program that cannot be run, or found.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

pub(super) fn enter(args: &Enter) -> Result<ExitCode, Failure> {
    for &signal in &args.default_signal {
        default_again(signal)?;
    }
    make_private(&args.directory);
    if let Some(runtime) = env::var_os("XDG_RUNTIME_DIR") {
        make_private(Path::new(&runtime));
    }
    // In a shell one can look at what a hook could not do.
    let layout = Layout::new(&args.directory);
    if let Some(code) = activate(args)?
        && !(args.command.is_empty() && layout.anchor().join("home").exists())
    {
        return Ok(code);
    }
    let mut shell = Command::new("/bin/sh");
    let session = args.directory.join(SESSION);
    if !session.exists() {
        // A manifest that no module made.
        let packages = layout.anchor().join("packages/bin");
        let path = env::var_os("PATH").unwrap_or_default();
        let dirs = packages.exists().then_some(packages).into_iter();
        let all = env::join_paths(dirs.chain(env::split_paths(&path)));
        shell.env("PATH", all.unwrap_or(path));
    }
    shell.args(["-c", TAKE_UP, "sh"]).arg(session);
    shell.args([EXECUTABLE, "internal", "exec", "--"]);
    shell.args(&args.command);
    if let Some(end) = args.keep_state {
        let is_shell = args.command.is_empty();
        let code = take_back::accompany(
            &mut shell,
            &args.directory,
            args.left.as_deref(),
            end,
            is_shell,
        );
        return code.map_err(|error| cannot_run("/bin/sh".as_ref(), &error));
    }
    Err(cannot_run("/bin/sh".as_ref(), &shell.exec()))
}

/// bubblewrap makes directories that everybody may read.
fn make_private(dir: &Path) {
    // In a session that one lives in, the runtime directory is the real one.
    let _ = fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
}

/// Runs `nhmt activate`; gives its exit code when it fails.
fn activate(args: &Enter) -> Result<Option<ExitCode>, Failure> {
    let mut nhmt = Command::new(EXECUTABLE);
    nhmt.arg("--home").arg(&args.directory);
    nhmt.arg("activate").arg(&args.tree);
    nhmt.stdin(Stdio::null());
    // Standard output is the command's.
    nhmt.stdout(match io::stderr().as_fd().try_clone_to_owned() {
        Ok(stderr) if args.summary => Stdio::from(stderr),
        _ => Stdio::null(),
    });
    let status = nhmt.status();
    let status = status.map_err(|error| cannot_run(EXECUTABLE.as_ref(), &error))?;
    Ok((!status.success()).then(|| super::exit_code(status)))
}

pub(super) fn exec(args: &Exec) -> Result<ExitCode, Failure> {
    let path = env::var_os("PATH").unwrap_or_default();
    let Some((program, rest)) = args.command.split_first() else {
        if io::stdin().is_terminal() {
            // Without a terminal of its own, the shell says so itself.
            let _ = container::take_foreground(0);
        }
        default_again(SIGTTOU)?;
        let mut shell = login_shell(&path);
        let name = shell.get_program().to_owned();
        return Err(cannot_run(&name, &shell.exec()));
    };
    default_again(SIGTTOU)?;
    let (failure, code) = match found(program, &path) {
        Some(file) => {
            let error = Command::new(file).arg0(program).args(rest).exec();
            (cannot_run(program, &error), CANNOT_RUN)
        }
        None => (not_found(program), NOT_FOUND),
    };
    complain(format_args!("{ERROR}error:{ERROR:#} {failure}"));
    Ok(ExitCode::from(code))
}

pub(super) fn take_foreground(args: TakeForeground) -> Result<ExitCode, Failure> {
    container::take_foreground(args.group)
        .map_err(|error| Failure::new(format_args!("the terminal: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// Has a signal that is ignored do what it does by default in the program that
/// this process becomes: one with a handler is an ordinary one there.
fn default_again(signal: i32) -> Result<(), Failure> {
    let handled = signal_hook::flag::register(signal, Arc::default());
    handled.map_err(|error| Failure::new(format_args!("signal {signal}: {error}")))?;
    Ok(())
}

/// The person's shell, when it is there; else that of the same name in the
/// packages or the system; else one that is.
fn login_shell(path: &OsStr) -> Command {
    let own = env::var_os("SHELL").unwrap_or_default();
    let name = Path::new(&own).file_name().unwrap_or_default();
    let mut wanted = [&*own, name, "bash".as_ref(), "sh".as_ref()].into_iter();
    let shell = wanted
        .find_map(|shell| found(shell, path))
        .unwrap_or_else(|| "/bin/sh".into());
    read_session_at_login(&shell);
    let mut command = Command::new(&shell);
    command.env("SHELL", &shell).arg("-l");
    if io::stdin().is_terminal() {
        command.arg("-i");
    }
    command
}

/// A login shell starts over with the system's `PATH`. Where the configuration
/// has no file that makes it read the session, people have a line for that in a
/// file of their own, which is not here.
fn read_session_at_login(shell: &Path) {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let name = shell.file_name().unwrap_or_default();
    let Some((_, read, file)) = PROFILES.iter().find(|(shell, ..)| name == *shell) else {
        return;
    };
    let is_there = |file: &&str| home.join(file).symlink_metadata().is_ok();
    if !home.join(SESSION).exists() || read.iter().any(is_there) {
        return;
    }
    let line = format!("[ -r \"$HOME/{SESSION}\" ] && . \"$HOME/{SESSION}\"\n");
    // Without it the session is there all the same, but for PATH.
    let _ = fs::write(home.join(file), line);
}

/// The file that `program` names, as a shell would find it.
fn found(program: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if program.is_empty() {
        return None;
    }
    if program.as_encoded_bytes().contains(&b'/') {
        let file = PathBuf::from(program);
        // One that is there and cannot be run says so itself.
        return file.exists().then_some(file);
    }
    let usable = |file: &PathBuf| file.is_file() && access(file, Access::EXEC_OK).is_ok();
    let mut files = env::split_paths(path).map(|dir| dir.join(program));
    files.find(usable)
}

fn not_found(program: &OsStr) -> Failure {
    let program = program.display();
    Failure::new(format_args!("there is no program `{program}` in the container")).hint(
        "it sees the system and the packages of the configuration, not what is installed in your home",
    )
}

fn cannot_run(program: &OsStr, error: &io::Error) -> Failure {
    let program = program.display();
    Failure::new(format_args!(
        "cannot run {program} in the container: {error}"
    ))
}
