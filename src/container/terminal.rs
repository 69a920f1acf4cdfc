//! The terminal, which programs inside and outside have by turns.
//!
//! A shell with job control makes its own jobs the foreground of the terminal,
//! and at its end gives it back to the group that had it. From inside, that
//! group has no number: some shells fail at that, and after the others nobody
//! has the terminal, so that who reads from it next is stopped (a script that
//! goes on after the container, for one). So a shell starts in a group of its
//! own, and at the end nhmt takes the terminal back.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, getpgrp, setpgid};
use rustix::termios::{tcgetpgrp, tcsetpgrp};

/// The terminal that this process is in the foreground of.
#[derive(Debug)]
pub struct Foreground {
    terminal: File,
}

impl Foreground {
    /// Remembers that the terminal is ours, if it is.
    #[must_use]
    pub fn now() -> Option<Self> {
        let terminal = File::open("/dev/tty").ok()?;
        (tcgetpgrp(&terminal) == Ok(getpgrp())).then_some(Self { terminal })
    }

    /// Takes it back. A process in the background that does so is stopped,
    /// unless it ignores the signal: `nhmt`, our own executable, does it,
    /// started by a shell that does.
    pub fn restore(&self, nhmt: &Path) {
        if tcgetpgrp(&self.terminal) == Ok(getpgrp()) {
            return;
        }
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' TTOU; exec \"$@\"", "sh"]);
        shell.arg(nhmt).args(["internal", "foreground"]);
        shell.arg(getpgrp().to_string());
        // Without it the next program may be stopped, which is no failure of
        // the command that ran inside.
        let _ = shell.stdin(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// Makes the group `group` the foreground of the terminal; 0 is a new one, of
/// this process alone. The caller ignores SIGTTOU.
///
/// # Errors
///
/// When there is no terminal, or no such group in its session.
pub fn take_foreground(group: i32) -> std::io::Result<()> {
    let terminal = File::open("/dev/tty")?;
    let group = if let Some(group) = Pid::from_raw(group) {
        group
    } else {
        setpgid(None, None)?;
        getpgrp()
    };
    tcsetpgrp(terminal.as_fd(), group)?;
    Ok(())
}
