//! The real persisted paths in a container: what programs save by moving a file
//! over the link to a persisted one is in the home alone, which goes with the
//! container. So it is taken back to its root, as it comes and at the end.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::interrupt;
use super::left_behind;
use crate::container::EXECUTABLE;
use crate::ui::{ERROR, complain};

/// How long a command may take to end that is told to.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs `command` to its end, which comes also by a signal to it or when `end`
/// says so, and takes back what is in the home alone.
pub(super) fn accompany(
    command: &mut Command,
    home: &Path,
    left: Option<&Path>,
    end: RawFd,
    is_shell: bool,
) -> io::Result<ExitCode> {
    let end = File::open(format!("/proc/self/fd/{end}"))?;
    interrupt::watch();
    let watch = watch(home);
    // From here on no signal ends this process.
    let _whole = interrupt::hold();
    thread::spawn(move || end_when_told(end, is_shell));
    let status = interrupt::leave_to(command, None);
    if let Some(watch) = watch {
        end_watch(watch);
    }
    let taken = take_back(home);
    let code = super::exit_code(status?);
    let mut failed = taken.is_err();
    if let Err(why) = taken {
        say(format_args!(
            "what programs saved last may not be in the persistent directory: {why}"
        ));
    }
    if let Some(left) = left {
        failed |= leave_behind(home, left);
    }
    Ok(if failed { ExitCode::FAILURE } else { code })
}

fn say(what: impl std::fmt::Display) {
    complain(format_args!("{ERROR}error:{ERROR:#} {what}"));
}

/// Keeps what the home alone has at its end in `left`, a directory of the real
/// machine; gives whether there was anything.
fn leave_behind(home: &Path, left: &Path) -> bool {
    let all = match left_behind::leave_behind(home) {
        Ok(all) => all,
        Err(why) => {
            say(format_args!(
                "what is not in the persistent directory could not be kept: {why}"
            ));
            return true;
        }
    };
    for (path, put) in &all {
        let place = left.join(path.as_path());
        let place = place.display();
        let alone = format!("what the home has at ~/{path} is not in the persistent directory");
        match put {
            Ok(()) => say(format_args!("{alone}; it is kept as {place}")),
            Err(why) => say(format_args!(
                "{alone}, and could not be kept as {place} either: {why}"
            )),
        }
    }
    !all.is_empty()
}

/// Whoever ends nhmt outside, ends the command. When nhmt outside is killed
/// itself, nothing can be read any more.
fn end_when_told(mut end: File, is_shell: bool) {
    loop {
        let mut byte = [0];
        let signal = match end.read(&mut byte) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // Shells that somebody types into pass over SIGTERM.
            Ok(1) if i32::from(byte[0]) == Signal::TERM.as_raw() && !is_shell => Signal::TERM,
            _ => Signal::HUP,
        };
        interrupt::pass_on(Some(signal));
        // One that is stopped learns of it when it goes on.
        interrupt::pass_on(Some(Signal::CONT));
        thread::sleep(PATIENCE);
        interrupt::pass_on(Some(Signal::KILL));
    }
}

/// The nhmt that takes back what is replaced as soon as it is. What it could
/// say would come between what programs show; it is said at the end.
fn watch(home: &Path) -> Option<Child> {
    let mut nhmt = persist_sync(home);
    nhmt.arg("--watch").stderr(Stdio::null());
    // Without it, all is taken back at the end.
    nhmt.spawn().ok()
}

fn end_watch(mut watch: Child) {
    if let Some(id) = i32::try_from(watch.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process(id, Signal::TERM);
    }
    let _ = watch.wait();
}

fn take_back(home: &Path) -> Result<(), String> {
    let status = persist_sync(home).status();
    let status = status.map_err(|error| format!("cannot run {EXECUTABLE}: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err("`nhmt persist sync` failed".to_owned())
}

fn persist_sync(home: &Path) -> Command {
    let mut nhmt = Command::new(EXECUTABLE);
    nhmt.arg("--home").arg(home).args(["-q", "persist", "sync"]);
    nhmt.stdin(Stdio::null()).stdout(Stdio::null());
    // Ctrl-C is not for it.
    nhmt.process_group(0);
    nhmt
}
