//! Ctrl-C and its like: a swap is never cut in two, and nothing is left behind.

use std::io::{self, PipeWriter, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::ending::Last;
use crate::eval;
use crate::hook;
use crate::ui::{ERROR, complain, restore_terminal};

/// The first signal that came; 0 is none.
static RECEIVED: AtomicI32 = AtomicI32::new(0);

/// Held while the home is changed.
static CHANGING: Mutex<()> = Mutex::new(());

/// Who waits for a signal, and does what is left to do before the end.
static WAITING: Mutex<Option<UnixStream>> = Mutex::new(None);

/// The terminal was left to a command.
static HAS_LEFT: AtomicBool = AtomicBool::new(false);

/// Where the command that the terminal is left to learns of the end.
static END: Mutex<Option<PipeWriter>> = Mutex::new(None);

/// The command that the terminal is left to.
static LEFT_TO: Mutex<Option<Pid>> = Mutex::new(None);

/// The signals that keys of the terminal send.
pub(super) const KEYS: [i32; 2] = [SIGINT, SIGQUIT];

/// Starts to listen. Signals that the parent has ignored (`nohup`, a shell's
/// `&`) stay ignored.
pub(super) fn watch() {
    if let Ok(mut signals) = Signals::new(not_ignored(&[SIGINT, SIGTERM, SIGHUP])) {
        std::thread::spawn(move || signals.forever().for_each(on_signal));
    }
}

/// Those of `signals` that the parent has not ignored.
pub(super) fn not_ignored(signals: &[i32]) -> Vec<i32> {
    let ignored = ignored(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
    let is_wanted = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    signals.iter().copied().filter(is_wanted).collect()
}

/// Runs a command that has the terminal: what Ctrl-C means is its business, and
/// it is waited for. Who ends nhmt, ends it.
///
/// With `end`, the end is not sent as a signal but written there.
pub(super) fn leave_to(command: &mut Command, end: Option<PipeWriter>) -> io::Result<ExitStatus> {
    *END.lock().unwrap_or_else(PoisonError::into_inner) = end;
    for signal in not_ignored(&[SIGQUIT]) {
        // It would end nhmt, and the command with it.
        signal_hook::flag::register(signal, Arc::default())?;
    }
    let mut child = {
        // No signal is looked at between start and entry.
        let mut left_to = LEFT_TO.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        HAS_LEFT.store(true, Ordering::SeqCst);
        *left_to = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        child
    };
    let status = child.wait();
    *LEFT_TO.lock().unwrap_or_else(PoisonError::into_inner) = None;
    status
}

/// The signal that ended the work, if one did.
pub(super) fn received() -> Option<i32> {
    Some(RECEIVED.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
}

/// The exit code of a run that `signal` ended, as shells report it.
pub(super) fn code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// From now on a signal does not end the process: the stream can be read then.
/// A second one ends it.
pub(super) fn wake_instead() -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    *WAITING.lock().unwrap_or_else(PoisonError::into_inner) = Some(write);
    Ok(read)
}

/// Delays the end until the home is in order again.
pub(super) fn hold() -> MutexGuard<'static, ()> {
    CHANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes a signal on to the command that the terminal is left to; gives
/// whether there is one.
pub(super) fn pass_on(signal: Option<Signal>) -> bool {
    let Some(child) = *LEFT_TO.lock().unwrap_or_else(PoisonError::into_inner) else {
        return false;
    };
    let Some(signal) = signal else {
        return true;
    };
    let mut end = END.lock().unwrap_or_else(PoisonError::into_inner);
    let told = match &mut *end {
        Some(end) => end.write_all(&[u8::try_from(signal.as_raw()).unwrap_or(0)]),
        None => kill_process(child, signal).map_err(Into::into),
    };
    // One that is gone needs no signal.
    drop(told);
    true
}

fn on_signal(signal: i32) {
    let passed_on = match signal {
        SIGTERM => Some(Signal::TERM),
        SIGHUP => Some(Signal::HUP),
        // The keyboard sends it to the whole group.
        _ => None,
    };
    // One that comes to notice when the command has ended was the command's.
    let was_its = passed_on.is_none() && HAS_LEFT.load(Ordering::SeqCst);
    if pass_on(passed_on) || was_its {
        return;
    }
    let again = RECEIVED.swap(signal, Ordering::SeqCst) != 0;
    let waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(stream) = &*waiting
        && !again
        && (&mut &*stream).write_all(&[1]).is_ok()
    {
        return;
    }
    drop(waiting);
    // When Nix is at work, it ends, and the command with it, in order.
    if eval::interrupt() && !again {
        return;
    }
    // A hook that runs gets it, and the run ends when that has ended.
    if hook::interrupt(signal, again) {
        return;
    }
    let idle = CHANGING.try_lock();
    let is_idle = idle.is_ok();
    // Else the run comes to its end, and says so itself.
    let _changing = idle.unwrap_or_else(|_| hold());
    let last = Last::wait();
    // Started meanwhile.
    if eval::interrupt() && !again {
        return;
    }
    if is_idle {
        complain(format_args!("{ERROR}error:{ERROR:#} interrupted"));
    }
    restore_terminal();
    last.exit(128 + signal);
}

/// The mask of ignored signals in the text of `/proc/self/status`.
fn ignored(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert_eq!(ignored("Name:\tx\nSigIgn:\t0000000000001006\n"), 0x1006);
        assert_eq!(ignored(""), 0);
    }
}
