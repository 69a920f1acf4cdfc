//! One hook as a process.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, PipeReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::Access;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, waitpid};

use signal_hook::low_level::signal_name;

use super::declared::Task;
use super::outcome::{Outcome, Status, Tail};

/// Longer scripts go by a file: one argument of a program may have 128 KiB on
/// Linux (`MAX_ARG_STRLEN`, execve(2)).
const LONGEST_ARGUMENT: usize = 100_000;

/// The file of such a script in the state directory.
const SCRIPT: &str = "hook-script";

/// Longer lines are cut: a hook may print what has no lines.
const LONGEST_LINE: usize = 2000;

/// At most so much is read of what a program goes on to print when its hook
/// has ended; more than a pipe holds.
const LEFT_IN_PIPE: usize = 1 << 20;

/// How often it is looked whether a hook has ended whose output stays open.
const LOOK: Duration = Duration::from_millis(50);

/// The process group of the hook that is running.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes `signal` on to the hook that is running, and to what it has started;
/// with `at_once` it is killed instead. Gives whether a hook was running.
#[must_use]
pub fn interrupt(signal: i32, at_once: bool) -> bool {
    let signal = Signal::from_named_raw(signal).filter(|_| !at_once);
    running().is_some_and(|group| {
        // Gone in this very moment: then its run goes on to its end.
        let _ = kill_process_group(group, signal.unwrap_or(Signal::KILL));
        true
    })
}

/// Where hooks run.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The home.
    pub home: &'a Path,
    /// The state directory.
    pub state: &'a Path,
    /// The tree before.
    pub old: Option<&'a Path>,
    /// The tree after.
    pub new: &'a Path,
    /// This program.
    pub program: &'a Path,
    /// Nothing is to be changed.
    pub dry_run: bool,
    /// More is to be said than what went wrong.
    pub verbose: bool,
}

/// Runs `task`, telling `line` what it prints.
pub(super) fn run(task: &Task, around: &Surroundings, line: &mut dyn FnMut(&str)) -> Outcome {
    let mut tail = Tail::default();
    let mut each = |text: &str| {
        tail.push(text);
        line(text);
    };
    let (exit, why) = match start_and_watch(task, around, &mut each) {
        Ok(ended) => ended.words(),
        Err(error) => (None, format!("could not be run: {error}")),
    };
    let status = if exit == Some(0) {
        Status::Ok
    } else {
        Status::Failed
    };
    let why = if status == Status::Ok {
        String::new()
    } else {
        why
    };
    Outcome {
        exit,
        tail,
        ..Outcome::of(task, status, why)
    }
}

/// How a process ended.
enum Ended {
    Status(WaitStatus),
    /// It wanted to use the terminal, and was ended for it.
    AtTerminal,
}

impl Ended {
    /// What a shell would show in `$?`, and words for it.
    fn words(&self) -> (Option<i32>, String) {
        match self {
            Self::AtTerminal => (
                Some(128 + Signal::KILL.as_raw()),
                "was ended: it wanted to read from the terminal or to change it, and hooks have none".to_owned(),
            ),
            Self::Status(status) => match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => (Some(code), format!("failed: exit status {code}")),
                (None, Some(signal)) => {
                    let name = signal_name(signal).map(|name| format!(" ({name})"));
                    let name = format!("signal {signal}{}", name.unwrap_or_default());
                    (Some(128 + signal), format!("was ended by {name}"))
                }
                (None, None) => (None, "failed".to_owned()),
            },
        }
    }
}

fn start_and_watch(
    task: &Task,
    around: &Surroundings,
    line: &mut dyn FnMut(&str),
) -> io::Result<Ended> {
    let (reader, writer) = io::pipe()?;
    let path = search_path(around.new);
    let mut script_file = None;
    let mut command = shell(&path);
    if task.script.len() > LONGEST_ARGUMENT {
        // One name, which a run that was killed leaves at most once.
        let file = around.state.join(SCRIPT);
        fs::write(&file, &task.script)?;
        command.args(["-c", ". \"$1\"", task.name()]);
        command.arg(&file);
        script_file = Some(file);
    } else {
        command.args(["-c", &task.script, task.name()]);
    }
    command
        .current_dir(around.home)
        .env("HOME", around.home)
        .env("PATH", &path)
        .env("NHMT_OLD_GENERATION", around.old.unwrap_or(Path::new("")))
        .env("NHMT_NEW_GENERATION", around.new)
        .env("NHMT_DRY_RUN", if around.dry_run { "1" } else { "" })
        .env("NHMT_PROGRAM", around.program)
        .env("NHMT_VERBOSE", if around.verbose { "1" } else { "" })
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        // A group of its own, so that a signal reaches what it has started
        // too, and once only.
        .process_group(0);
    let child = start(&mut command)?;
    // This process's ends of the pipe, so that it closes with the hook's.
    drop(command);
    let ended = watch(&child, reader, line);
    *running() = None;
    if let Some(file) = script_file {
        let _ = fs::remove_file(file);
    }
    ended
}

/// Starts the hook; no signal comes between its start and its being known.
fn start(command: &mut Command) -> io::Result<Child> {
    let mut running = running();
    let child = command.spawn()?;
    *running = Some(Pid::from_child(&child));
    Ok(child)
}

/// Reads what it prints until it has ended.
fn watch(child: &Child, mut reader: PipeReader, line: &mut dyn FnMut(&str)) -> io::Result<Ended> {
    let pid = Pid::from_child(child);
    let mut lines = Lines::default();
    let mut buffer = [0; 8192];
    let look = Timespec::try_from(LOOK).map_err(io::Error::other)?;
    let ended = loop {
        // Looked at before reading: what it printed is in the pipe by then. A
        // program that it left in the background may hold the pipe for ever.
        if let Some(ended) = has_ended(pid, WaitOptions::NOHANG)? {
            rustix::io::ioctl_fionbio(&reader, true)?;
            let mut left = LEFT_IN_PIPE;
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                lines.read(&buffer[..length], line);
                left = left.saturating_sub(length);
                if left == 0 {
                    break;
                }
            }
            break ended;
        }
        match poll(&mut [PollFd::new(&reader, PollFlags::IN)], Some(&look)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
        match reader.read(&mut buffer) {
            Ok(0) => break wait(pid)?,
            Ok(length) => lines.read(&buffer[..length], line),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    lines.end(line);
    Ok(ended)
}

fn wait(pid: Pid) -> io::Result<Ended> {
    loop {
        if let Some(ended) = has_ended(pid, WaitOptions::empty())? {
            return Ok(ended);
        }
    }
}

/// How the hook ended, when it has. One that was stopped because it wants to
/// use the terminal would wait for ever, and is ended.
fn has_ended(pid: Pid, options: WaitOptions) -> io::Result<Option<Ended>> {
    let status = match waitpid(Some(pid), options | WaitOptions::UNTRACED) {
        Ok(Some((_, status))) => status,
        Ok(None) | Err(Errno::INTR) => return Ok(None),
        Err(errno) => return Err(errno.into()),
    };
    if !status.stopped() {
        return Ok(Some(Ended::Status(status)));
    }
    let at_terminal = [Signal::TTIN, Signal::TTOU].map(Signal::as_raw);
    if status
        .stopping_signal()
        .is_none_or(|signal| !at_terminal.contains(&signal))
    {
        return Ok(None);
    }
    kill_process_group(pid, Signal::KILL)?;
    while let Err(Errno::INTR) = waitpid(Some(pid), WaitOptions::empty()) {}
    Ok(Some(Ended::AtTerminal))
}

/// `PATH` with the generation's packages in front.
fn search_path(tree: &Path) -> OsString {
    let packages = tree.join("packages/bin");
    // What a shell takes when there is no PATH.
    let usual = || OsString::from("/usr/local/bin:/usr/bin:/bin");
    let before = std::env::var_os("PATH").unwrap_or_else(usual);
    if !packages.is_dir() {
        return before;
    }
    let mut path = packages.into_os_string();
    path.push(":");
    path.push(before);
    path
}

/// The shell that runs hooks: bash, or what there is. It stops at the first
/// command that fails.
fn shell(path: &OsStr) -> Command {
    let usable =
        |file: &PathBuf| rustix::fs::access(file, Access::EXEC_OK).is_ok() && file.is_file();
    let on_path = |name: &str| {
        let mut dirs = std::env::split_paths(path).filter(|dir| dir.is_absolute());
        dirs.find_map(|dir| Some(dir.join(name)).filter(usable))
    };
    let bash = on_path("bash").or_else(|| Some(PathBuf::from("/bin/bash")).filter(usable));
    if let Some(bash) = bash {
        let mut command = Command::new(bash);
        command.args(["-eu", "-o", "pipefail"]);
        return command;
    }
    let mut command = Command::new(on_path("sh").unwrap_or_else(|| "/bin/sh".into()));
    command.arg("-eu");
    command
}

/// Bytes become lines that a terminal can be shown.
#[derive(Default)]
struct Lines {
    started: Vec<u8>,
}

impl Lines {
    fn read(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.started.len());
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.started
                .extend_from_slice(&text[..text.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.tell(line);
            }
        }
    }

    fn end(&mut self, line: &mut dyn FnMut(&str)) {
        if !self.started.is_empty() {
            self.tell(line);
        }
    }

    fn tell(&mut self, line: &mut dyn FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.started);
        let shown = |c: &char| !c.is_control() || *c == '\t';
        line(&text.chars().filter(shown).collect::<String>());
        self.started.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_bounded_and_plain() {
        let mut seen = Vec::new();
        let mut lines = Lines::default();
        let mut tell = |line: &str| seen.push(line.to_owned());
        lines.read(b"on", &mut tell);
        lines.read(b"e\n\n\x1b[31mred\r\n", &mut tell);
        lines.read(&[b'x'; 3000], &mut tell);
        lines.read(b"\nend", &mut tell);
        lines.end(&mut tell);
        assert_eq!(seen[..3], ["one", "", "[31mred"]);
        assert_eq!((seen[3].len(), seen[4].as_str()), (LONGEST_LINE, "end"));
    }
}
